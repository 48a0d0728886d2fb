"""JF203: a secret in the environment of a RUN that does not name it."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.effects import reaches
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import move_below
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Import


def check(document: Document) -> Remarks:
    for reach in reaches(document, document.each(Import)):
        is_movable = not reach.is_read and reach.last.span.file is None
        yield Remark(
            reach.variable.span,
            f"the RUN on line {reach.unconcerned.span.line} does not name {reach.variable.key}, "
            "gets it, and runs again for every jar",
            help="move it below the RUNs that do not need it",
            fix=move_below(document, "move it below the last RUN", reach.variable, reach.last)
            if is_movable
            else None,
        )


RULE = Rule(
    code="JF203",
    name="import-before-run",
    severity=WARNING,
    why="""Everything that a RUN starts can read its environment, the install scripts of strangers
included. And an imported value is part of the cache key, with the jar's allocation: no other jar
shares the result.""",
    fix="moves it below the last RUN",
    bad='IMPORT API_TOKEN\nRUN npm ci\nCMD ["node", "server.js"]',
    good='RUN npm ci\nIMPORT API_TOKEN\nCMD ["node", "server.js"]',
    check=check,
)
