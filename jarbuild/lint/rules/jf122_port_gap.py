"""JF122: a port is used, and one before it is not."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Port, texts


def check(document: Document) -> Remarks:
    if not document.is_whole:
        return
    first_use: dict[int, Port] = {}
    for directive in document.directives:
        for text in texts(directive):
            for part in text.parts:
                if isinstance(part, Port) and part.index > 0:
                    first_use.setdefault(part.index, part)
    for expected, index in enumerate(sorted(first_use), start=1):
        if index != expected:
            message = f"port {index} is used, and port {expected} is not"
            yield Remark(first_use[index].span, message, help="a jar has few ports: count from 1")
            return


RULE = Rule(
    code="JF122",
    name="port-gap",
    severity=INFO,
    why="""Every jar has the same small number of ports, counted from 1. A gap wastes one, and
mostly it is a slip.""",
    bad="ENV PORT=${PORT(2)}",
    good="ENV PORT=${PORT(1)}",
    check=check,
)
