"""JF125: an IMPORT that nothing can read."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.effects import overridden
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import delete
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Import


def check(document: Document) -> Remarks:
    for before, by in overridden(document):
        if isinstance(before, Import):
            yield Remark(
                before.span,
                f"nothing reads this {before.key}: line {by.span.line} replaces it",
                fix=delete("remove it", before),
            )


RULE = Rule(
    code="JF125",
    name="unused-import",
    severity=WARNING,
    why="""Where a name is set again before any RUN has seen it, the imported value goes nowhere,
and the build still stops if the manager's environment does not have it.""",
    fix="removes the IMPORT",
    bad="IMPORT LOG_LEVEL\nENV LOG_LEVEL=info",
    good="ENV LOG_LEVEL=info",
    check=check,
)
