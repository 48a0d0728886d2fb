"""JF119: a CMD or HEALTHCHECK that starts nothing."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Cmd, Healthcheck, Run


def check(document: Document) -> Remarks:
    for directive in document.directives:
        argv = directive.argv if isinstance(directive, Cmd | Run | Healthcheck) else None
        if argv is not None and (not argv or not str(argv[0]).strip()):
            yield Remark(
                directive.span,
                "there is no program to start",
                help='write ["PROGRAM", "ARGUMENT"]',
            )


RULE = Rule(
    code="JF119",
    name="unusable-cmd",
    severity=ERROR,
    why="""The first string of an array is the program. An empty array, or an empty first string,
is accepted by the parser, as it was by geniejars, and fails at the start.""",
    bad="CMD []",
    good='CMD ["node", "server.js"]',
    check=check,
)
