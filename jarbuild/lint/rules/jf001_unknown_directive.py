"""JF001: a line that begins with no directive of ours. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF001",
    name="unknown-directive",
    severity=ERROR,
    why="""A line begins with a directive: TAG, ENV, ARG, WORKDIR, COPY, RUN, CMD, DEPEND,
ADDPATH, IMPORT, INCLUDE, PERSIST, HEALTHCHECK or STOPSIGNAL, in any case. Anything else stops the
build. Often it is a slip, or a RUN whose lines were not joined by a backslash.""",
    fix="writes the directive that was probably meant",
    bad="RNU npm ci",
    good="RUN npm ci",
)
