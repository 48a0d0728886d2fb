"""JF012: an INCLUDE that leads nowhere, or back. The parser finds it, given the files."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF012",
    name="invalid-include",
    severity=ERROR,
    why="""INCLUDE names a file relative to the one it stands in. The file must exist, be readable
and not include itself, directly or through others. On standard input it is not looked for.""",
    bad="INCLUDE base.jfiel",
    good="INCLUDE base.jfile",
    files={"base.jfile": "ENV NODE_ENV=production\n"},
)
