"""JF902: a suppression of a rule that does not exist."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule


def check(document: Document) -> Remarks:
    from jarbuild.lint.codes import is_known, suggestion  # which knows all rules, this one too

    for pragma in document.suppressions.pragmas:
        for at in pragma.codes:
            if not is_known(at.code):
                yield Remark(at.span, f"there is no rule {at.code}", help=suggestion(at.code))


RULE = Rule(
    code="JF902",
    name="unknown-rule-code",
    severity=WARNING,
    why="""Codes are JF and three digits, or ShellCheck's SC and four; a prefix such as JF2 stands
for all that begin so.""",
    bad="# jarbuild: ignore[JF1003] the quotes are meant\nENV GREETING=hello",
    good='# jarbuild: ignore[JF103] the quotes are meant\nENV GREETING="hello"',
    check=check,
)
