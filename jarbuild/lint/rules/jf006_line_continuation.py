"""JF006: a backslash where no line can be continued. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF006",
    name="line-continuation",
    severity=ERROR,
    why="""RUN, CMD, COPY and HEALTHCHECK may go on in the next line. In the other directives a
backslash at the end is part of the value, as it always was in JFiles, and the next line would be
read as a directive of its own.""",
    bad="ENV NODE_ENV=production \\\n    LOG_LEVEL=info",
    good="ENV NODE_ENV=production\nENV LOG_LEVEL=info",
)
