"""JF007: `${PORT(n)}` for a port that no jar has."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Port, check_ports, texts


def check(document: Document) -> Remarks:
    count = document.facts.ports
    if count is not None:
        for error in check_ports(document.jfile, count):
            yield Remark(error.span, error.message, help=error.hint or error.expected)
        return
    for directive in document.directives:
        for text in texts(directive):
            for part in text.parts:
                if isinstance(part, Port) and part.index == 0:
                    yield Remark(part.span, "no jar has a port 0", help="ports count from 1")


RULE = Rule(
    code="JF007",
    name="port-out-of-range",
    severity=ERROR,
    why="""Ports are counted from 1. How many a jar has is in the machine's config; with `ports
= 2` in the lint settings a higher index is found here already, otherwise when the build is
planned.""",
    bad="ENV PORT=${PORT(0)}",
    good="ENV PORT=${PORT(1)}",
    check=check,
)
