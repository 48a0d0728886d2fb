"""JF901: a suppression that suppresses nothing."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING, Fix
from jarbuild.lint.fixes import replace, whole_lines
from jarbuild.lint.pragma import CodeAt, Pragma
from jarbuild.lint.rule import Remark, Remarks, Rule


def check(document: Document) -> Remarks:
    # What stands on a line with a syntax error has not been looked at.
    if document.errors:
        return
    for pragma in document.suppressions.pragmas:
        unused = document.suppressions.unused(pragma)
        for at in unused:
            yield Remark(
                at.span,
                f"there is no {at.code} here to ignore",
                fix=_fix(pragma, unused) if at is unused[0] else None,
            )


def _fix(pragma: Pragma, unused: tuple[CodeAt, ...]) -> Fix:
    """The whole comment, or the codes that are of no use."""
    kept = [at.code for at in pragma.codes if at not in unused]
    if not kept:
        return replace("remove it", whole_lines(pragma.span), "", is_safe=True)
    return replace("remove the code", pragma.list_span, ", ".join(kept), is_safe=True)


RULE = Rule(
    code="JF901",
    name="unused-suppression",
    severity=WARNING,
    why="""A suppression that outlives its reason hides the next mistake. Codes of rules that were
not asked for, and ShellCheck's where it is not installed, are left alone.""",
    fix="removes it",
    has_safe_fix=True,
    bad="# jarbuild: ignore[JF103] the quotes are meant\nENV GREETING=hello",
    good='# jarbuild: ignore[JF103] the quotes are meant\nENV GREETING="hello"',
    check=check,
)
