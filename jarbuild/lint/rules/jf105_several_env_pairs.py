"""JF105: a second NAME=VALUE behind ENV is part of the first value."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.envvalues import pairs
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import split_lines
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env


def check(document: Document) -> Remarks:
    for env in document.each(Env):
        if found := pairs(str(env.key), str(env.value)):
            lines = [f"ENV {pair}" for pair in found]
            yield Remark(
                env.value.span,
                f"{found[1].partition('=')[0]} is not set: all of this is the value of {env.key}",
                help="write one ENV for each variable",
                fix=split_lines(document, "write one ENV for each", env, *lines),
            )


RULE = Rule(
    code="JF105",
    name="several-env-pairs",
    severity=WARNING,
    why="""A Dockerfile's ENV takes several pairs; a JFile's takes one, and its value is the rest
of the line.""",
    fix="writes one ENV for each pair",
    bad="ENV NODE_ENV=production LOG_LEVEL=info",
    good="ENV NODE_ENV=production\nENV LOG_LEVEL=info",
    check=check,
)
