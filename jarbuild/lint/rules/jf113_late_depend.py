"""JF113: DEPEND below a RUN: what is missing is noticed late."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import move_above
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Depend, Run


def check(document: Document) -> Remarks:
    runs = document.each(Run)
    if not runs:
        return
    first = runs[0]
    for depend in document.each(Depend):
        if document.precedes(first, depend):
            is_own = first.span.file is None
            yield Remark(
                depend.span,
                f"{depend.path} is no input of the RUNs above",
                help="DEPEND acts on what comes after it: move it above the first RUN",
                fix=move_above(document, "move it above the first RUN", depend, first)
                if is_own
                else None,
            )


RULE = Rule(
    code="JF113",
    name="late-depend",
    severity=WARNING,
    why="""A DEPEND is part of the cache key of the RUNs after it, and of none before it: if what
it names changes, a RUN above is not repeated.""",
    fix="moves it above the first RUN",
    bad="RUN make\nDEPEND /opt/toolchain",
    good="DEPEND /opt/toolchain\nRUN make",
    check=check,
)
