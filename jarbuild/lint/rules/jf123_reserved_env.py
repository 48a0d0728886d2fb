"""JF123: ENV of a name that is the jar's own."""

from __future__ import annotations

import re

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env

_PORT = re.compile(r"PORT_[0-9]+\Z")


def check(document: Document) -> Remarks:
    for env in document.each(Env):
        name = str(env.key)
        if _PORT.match(name):
            yield Remark(
                env.span,
                f"{name} is the jar's own: it holds the number of that port when CMD starts",
                help="choose another name",
            )


RULE = Rule(
    code="JF123",
    name="reserved-env",
    severity=WARNING,
    why="""PORT_1, PORT_2… carry the jar's ports when CMD starts; an ENV of that name hides
them.""",
    bad="ENV PORT_1=8080",
    good="ENV PORT=${PORT(1)}",
    check=check,
)
