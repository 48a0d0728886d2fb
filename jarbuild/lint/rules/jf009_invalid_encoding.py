"""JF009: bytes that are no UTF-8. The parser finds them."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF009",
    name="invalid-encoding",
    severity=ERROR,
    why="""A JFile is UTF-8. Other encodings mean other file names on other machines, and a cache
key must not depend on who reads the file.""",
    bad="RUN touch caf\udce9",
    good="RUN touch café",
)
