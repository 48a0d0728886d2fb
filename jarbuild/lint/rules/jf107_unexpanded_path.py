"""JF107: `~` and `$NAME` in a path make a folder of that name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.dollars import variables
from jarbuild.lint.finding import ERROR, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Addpath, Copy, Depend, Include, Persist, Text, Workdir

_TILDE = re.compile(r"~(?=/|\Z)")
_HOME = re.compile(r"\A(?:~|\$HOME|\$\{HOME\})(?:/+|\Z)")


def check(document: Document) -> Remarks:
    for text, base in _paths(document):
        match = _TILDE.match(str(text)) or next(variables(str(text)), None)
        if match:
            yield Remark(
                document.span_in(text, *match.span()),
                f"{match[0]} stays as it is written: it becomes part of a file's name",
                help="relative paths start in the home" if base == "" else None,
                fix=_fix(text) if base == "" else None,
            )


def _paths(document: Document) -> Iterator[tuple[Text, str | None]]:
    """Each path with the folder of the home that it starts in; None where it is another one."""
    for workdir in document.each(Workdir):
        yield workdir.path, ""
    for persist in document.each(Persist):
        yield persist.path, document.workdir(persist)
    for copy in document.each(Copy):
        yield copy.dest, document.workdir(copy)
        yield from ((source, None) for source in copy.sources)
    for directive in document.path_directives:
        if isinstance(directive, Depend | Addpath | Include):
            yield directive.path, None


def _fix(text: Text) -> Fix | None:
    match = _HOME.match(str(text))
    if match is None:
        return None
    return replace("start in the home", text.span, str(text)[match.end() :] or ".")


RULE = Rule(
    code="JF107",
    name="unexpanded-path",
    severity=ERROR,
    why="""Only `${PORT(n)}` and `${COMMON}` are filled in. WORKDIR, PERSIST and COPY's
destination are relative to the home anyway; a DEPEND outside it is written as an absolute path.""",
    fix="makes a path that begins with `~/` or `$HOME/` relative to the home",
    bad="WORKDIR ~/app",
    good="WORKDIR app",
    check=check,
)
