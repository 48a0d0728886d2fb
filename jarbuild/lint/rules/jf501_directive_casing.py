"""JF501: a directive that is not in capitals."""

from __future__ import annotations

import re

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Span

_KEYWORD = re.compile(r"[A-Za-z]+")


def check(document: Document) -> Remarks:
    for directive in document.directives:
        place = directive.span
        match = _KEYWORD.match(document.line(place.line), place.column - 1)
        if place.file is None and match and not match[0].isupper():
            span = Span(place.line, place.column, place.line, match.end() + 1)
            yield Remark(
                span,
                f"{match[0]} is usually written {match[0].upper()}",
                fix=replace("write capitals", span, match[0].upper(), is_safe=True),
            )


RULE = Rule(
    code="JF501",
    name="directive-casing",
    severity=INFO,
    is_default=False,
    why="""Directives are read in any case; in capitals they stand out from what they are about.
`jarbuild fmt` writes them so.""",
    fix="writes capitals",
    has_safe_fix=True,
    bad="run make",
    good="RUN make",
    check=check,
)
