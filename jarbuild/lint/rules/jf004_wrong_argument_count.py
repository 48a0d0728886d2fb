"""JF004: too many or too few words. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF004",
    name="wrong-argument-count",
    severity=ERROR,
    why="""COPY takes sources and a destination; TAG and IMPORT take one word. Quotes hold no
words together: names with blanks stand in an array, as in `COPY ["my file", "dest"]`.""",
    fix="completes the directive where only one thing can be meant",
    bad="COPY server.js",
    good="COPY server.js server.js",
)
