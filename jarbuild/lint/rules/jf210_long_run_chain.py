"""JF210: many commands in one RUN."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.rule import Remark, Remarks, Rule

_MANY = 3


def check(document: Document) -> Remarks:
    for run, script in document.run_scripts:
        chained = [c for c in script.commands if c.is_top_level and c.after == "&&"]
        if len(chained) >= _MANY:
            yield Remark(
                run.span,
                f"{len(chained) + 1} commands in one RUN: a change of one repeats all",
                help="write a RUN for each that can be repeated by itself",
            )


RULE = Rule(
    code="JF210",
    name="long-run-chain",
    severity=INFO,
    is_default=False,
    why="""Dockerfiles chain commands to save layers of an image. A jar has no image: each RUN
costs one snapshot, and a failure or an edit repeats only its own.""",
    bad="RUN ./fetch && ./configure && ./compile && ./check",
    good="RUN ./fetch\nRUN ./configure\nRUN ./compile\nRUN ./check",
    check=check,
)
