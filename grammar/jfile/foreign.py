"""What belongs to other languages: Dockerfile's directives, and files that are something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from attrs import frozen

from .errors import Diagnostic, diagnose
from .logical import LogicalLine
from .nodes import Span
from .source import Source


@frozen
class Foreign:
    """What to do instead of a directive that JFiles lack; `replacement` stands for its keyword."""

    instead: str
    replacement: str | None = None


DOCKERFILE = {
    "ADD": Foreign("COPY copies; for a download write RUN curl -fsSLO URL", "COPY"),
    "ENTRYPOINT": Foreign("CMD is all there is: write the whole command there", "CMD"),
    "EXPOSE": Foreign("every jar has ports of its own: write ${PORT(1)} where the number goes"),
    "FROM": Foreign("a jar has the machine's own system: DEPEND names what must be there"),
    "LABEL": Foreign("TAG names the jar; anything else is a comment"),
    "MAINTAINER": Foreign("write it as a comment", "#"),
    "ONBUILD": Foreign("put the directives into a file of their own and INCLUDE it"),
    "SHELL": Foreign("RUN is run by sh; for another shell write RUN bash -c '…'"),
    "USER": Foreign("a jar is always its own ordinary user"),
    "VOLUME": Foreign("PERSIST names a folder whose content a build never replaces", "PERSIST"),
}

# How a file begins, what it is then, and the way out.
_BEGINNINGS = tuple(
    (re.compile(pattern), what, way_out)
    for pattern, what, way_out in (
        (r"(?i:FROM)\s+\S", "a Dockerfile", "jarbuild init --from-dockerfile FILE converts it"),
        (r"(pipeline|node|stage)\b.*\{|@Library\b", "a Jenkinsfile", None),
        (r"require(_relative)?\s+['\"]|source\s+['\"]http", "a Ruby file", None),
        (r"#!.*\b(ba|da|z|k)?sh\b", "a shell script", "COPY it and write RUN sh SCRIPT"),
        (r"#!.*\bpython", "a Python script", "COPY it and write RUN python3 SCRIPT"),
        (r"\{|\[\s*([\[{\"\]]|\Z)", "a JSON file", None),
        (r"\[[\w. -]+\]\Z", "a TOML or INI file", None),
        (r"---|(?!run:|cmd:|env:)[a-z_]+:(\s|\Z)", "a YAML file", None),
        (r"<[!?a-zA-Z]", "an HTML or XML file", None),
    )
)
_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")
_BINARY = re.compile("[\0\ud800-\udfff][^\n]*[\0\ud800-\udfff]")


def other_language(
    source: Source, errors: Sequence[Diagnostic], file: str | None = None
) -> Diagnostic | None:
    """One finding for a file that is no JFile at all, in place of one for each of its lines."""
    if source.text.startswith(_UTF_16):
        return _not_text("the file is UTF-16", Span(1, 1, 1, 3, file))
    if _BINARY.search(source.lines[0]):
        return _not_text("this is not a text file", Span(1, 1, 1, 2, file))
    if not _has_bad_keyword(source, errors):
        return None
    for number in sorted({_first(source, _is_blank), _first(source, _is_blank_or_comment)}):
        text = source.lines[number].strip()
        for pattern, what, way_out in _BEGINNINGS:
            if pattern.match(text):
                span = Span(number + 1, 1, number + 1, len(source.lines[number]) + 1, file)
                return diagnose("JF002", f"this is {what}, not a JFile", span, hint=way_out)
    return None


def _not_text(message: str, span: Span) -> Diagnostic:
    return diagnose(
        "JF009", message, span, expected="a text file in UTF-8", hint="save the file as UTF-8"
    )


def _has_bad_keyword(source: Source, errors: Sequence[Diagnostic]) -> bool:
    """Whether already the first directive is none."""
    first = _first(source, _is_blank_or_comment) + 1
    return any(e.span.line == first and e.code in ("JF001", "JF002") for e in errors)


def _first(source: Source, is_skipped: Callable[[str], bool]) -> int:
    lines = source.lines
    return next((n for n in range(len(lines)) if not is_skipped(lines[n])), 0)


def _is_blank(line: str) -> bool:
    return not line.strip()


def _is_blank_or_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def dockerfile_directive(line: LogicalLine) -> Diagnostic | None:
    """An error for a keyword that Docker knows."""
    foreign = DOCKERFILE.get(line.keyword)
    if foreign is None:
        return None
    return diagnose(
        "JF002",
        f"{line.keyword} is a Dockerfile directive that JFiles lack",
        line.span(0, len(line.keyword)),
        hint=foreign.instead,
        replacement=foreign.replacement,
    )
