"""JF008: a NUL. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF008",
    name="control-character",
    severity=ERROR,
    why="""No argument, variable or file name can hold a NUL: the kernel takes it for the end.
Other control characters are allowed, and JF306 asks whether they are meant.""",
    fix="removes the character",
    bad="RUN make\0all",
    good="RUN make all",
)
