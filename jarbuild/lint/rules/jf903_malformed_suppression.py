"""JF903: a comment that was meant as a suppression."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule


def check(document: Document) -> Remarks:
    # The directive below may be the one that could not be read.
    if document.errors:
        return
    for malformed in document.suppressions.malformed:
        yield Remark(malformed.span, "this suppresses nothing", help=malformed.problem)


RULE = Rule(
    code="JF903",
    name="malformed-suppression",
    severity=WARNING,
    why="""A suppression is a comment of its own, `# jarbuild: ignore[CODE] reason`, above the
directive it is for; `# jarbuild: ignore-file[CODE] reason` stands above the first directive.
Nothing is suppressed without naming it.""",
    bad="# jarbuild: ignore\nRUN make",
    good="# builds everything\nRUN make",
    check=check,
)
