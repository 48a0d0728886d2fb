"""JF003: a directive that lacks what it is about. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF003",
    name="missing-argument",
    severity=ERROR,
    why="""Every directive needs something behind it, and ENV a name, an equals sign and a value.
Docker's old `ENV NAME VALUE` is not read: it hid too many mistakes.""",
    fix="puts the equals sign where it is missing",
    bad="ENV NODE_ENV production",
    good="ENV NODE_ENV=production",
)
