"""JF005: an array that is no JSON. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF005",
    name="invalid-json",
    severity=ERROR,
    why="""A command that begins with `[` is a JSON array: double quotes, no comma before the
closing bracket, nothing behind it. It is started as it stands, without a shell.""",
    fix="replaces single quotes by double ones",
    bad="CMD ['node', 'server.js']",
    good='CMD ["node", "server.js"]',
)
