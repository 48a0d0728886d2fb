"""JF307: everybody may write."""

from __future__ import annotations

import re

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy, Span

_OTHERS_WRITE = 0o002
_OCTAL = re.compile(r"[0-7]{3,4}\Z")
_SYMBOLIC = re.compile(r"[ugoa]*[oa][ugoa]*[+=][rwxXst]*w")
_FLAG = re.compile(r"--chmod=([0-7]+)")


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        for command in script.commands:
            mode = next(command.operands(), None) if command.program == "chmod" else None
            if mode is not None and _is_open(mode.value):
                yield _remark(script.span(mode), mode.value, None)
    for copy in document.each(Copy):
        if copy.chmod is not None and copy.chmod & _OTHERS_WRITE:
            span, fix = _flag(document, copy)
            yield _remark(span, f"{copy.chmod:o}", fix)


def _is_open(mode: str) -> bool:
    if _OCTAL.match(mode):
        return bool(int(mode, 8) & _OTHERS_WRITE)
    return any(_SYMBOLIC.match(part) for part in mode.split(","))


def _flag(document: Document, copy: Copy) -> tuple[Span, Fix | None]:
    match = _FLAG.search(document.line(copy.span.line)) if copy.span.file is None else None
    if match is None or copy.chmod is None:
        return copy.span, None
    line = copy.span.line
    span = Span(line, match.start(1) + 1, line, match.end(1) + 1)
    return span, replace("take it from the others", span, f"{copy.chmod & ~_OTHERS_WRITE:o}")


def _remark(span: Span, mode: str, fix: Fix | None) -> Remark:
    return Remark(
        span,
        f"{mode} lets every user of the machine write",
        help="755 for programs and folders, 644 for files; everything is the jar's own anyway",
        fix=fix,
    )


RULE = Rule(
    code="JF307",
    name="world-writable",
    severity=WARNING,
    why="""Everything in the home belongs to the jar, so it needs no such right; where the home
can be reached from outside, others would have it.""",
    fix="takes the right from COPY's `--chmod`",
    bad="COPY --chmod=777 start.sh start.sh",
    good="COPY --chmod=755 start.sh start.sh",
    check=check,
)
