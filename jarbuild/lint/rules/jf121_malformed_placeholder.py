"""JF121: something that was meant as a placeholder and is none."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.dollars import LOOKALIKE, meant
from jarbuild.lint.finding import ERROR, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Text, texts


def check(document: Document) -> Remarks:
    for directive in document.directives:
        for text in texts(directive):
            if "$" in (written := str(text)):
                for match in LOOKALIKE.finditer(written):
                    yield _remark(document, text, match.start(), match.end())


def _remark(document: Document, text: Text, start: int, end: int) -> Remark:
    lookalike = str(text)[start:end]
    span = document.span_in(text, start, end)
    placeholder = meant(lookalike)
    fix: Fix | None = None
    if placeholder is not None and document.written(span) == lookalike:
        fix = replace(f"write {placeholder}", span, placeholder)
    return Remark(
        span,
        f"{lookalike} is no placeholder and stays as it is written",
        help=f"write {placeholder or '${PORT(1)}'}",
        fix=fix,
    )


RULE = Rule(
    code="JF121",
    name="malformed-placeholder",
    severity=ERROR,
    why="""Placeholders are exactly `${PORT(n)}` and `${COMMON}`, in capitals and without blanks.
Anything else is left to the shell, which answers "Bad substitution" or puts nothing there.""",
    fix="writes the placeholder",
    bad="CMD node server.js --port ${PORT( 1 )}",
    good="CMD node server.js --port ${PORT(1)}",
    check=check,
)
