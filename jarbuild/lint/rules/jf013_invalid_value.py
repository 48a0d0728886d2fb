"""JF013: a value that means nothing. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF013",
    name="invalid-value",
    severity=ERROR,
    why="""Signals have names or numbers, times are above zero and carry a unit (`500ms`, `30s`,
`5m`, `1h`).""",
    fix="writes the value that was probably meant",
    bad='CMD ["./server"]\nSTOPSIGNAL SIGTREM',
    good='CMD ["./server"]\nSTOPSIGNAL SIGTERM',
)
