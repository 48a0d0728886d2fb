"""JF010: a here-document that never ends, or stands where none can. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF010",
    name="invalid-heredoc",
    severity=ERROR,
    why="""A here-document ends at a line that holds its name and nothing else, no blank before or
behind it (`<<-` allows tabs before it). Only RUN takes one.""",
    bad="RUN <<EOF\nmkdir -p logs\n  EOF",
    good="RUN <<EOF\nmkdir -p logs\nEOF",
)
