"""JF002: a directive of Dockerfiles that JFiles lack. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF002",
    name="dockerfile-directive",
    severity=ERROR,
    why="""A jar has the machine's own system and its own user and ports, so FROM, USER, EXPOSE
and others have no counterpart; ADD is COPY and ENTRYPOINT is CMD. A file that is a Dockerfile as
a whole is reported once: `jarbuild init --from-dockerfile FILE` converts it.""",
    fix="writes the directive that takes its place, where there is one",
    bad='COPY server.js app/\nENTRYPOINT ["node", "app/server.js"]',
    good='COPY server.js app/\nCMD ["node", "app/server.js"]',
)
