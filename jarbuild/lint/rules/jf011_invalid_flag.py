"""JF011: a flag that the directive does not have. The parser finds it."""

from __future__ import annotations

from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Rule

RULE = Rule(
    code="JF011",
    name="invalid-flag",
    severity=ERROR,
    why="""Flags stand between the directive and everything else. COPY has `--chmod=` and
`--exclude=`, RUN `--mount=`, `--no-cache` and `--timeout=`, HEALTHCHECK Docker's.""",
    bad="COPY --chown=app:app page.html index.html",
    good="COPY --chmod=644 page.html index.html",
)
