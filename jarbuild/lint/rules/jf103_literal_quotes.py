"""JF103: quotes around an ENV's value are part of it."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.envvalues import pairs, unquoted
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env


def check(document: Document) -> Remarks:
    for env in document.each(Env):
        value = unquoted(str(env.value))
        if value is not None and not pairs(str(env.key), str(env.value)):
            yield Remark(
                env.value.span,
                f"the quotes are part of the value of {env.key}",
                help="an ENV's value goes to the end of the line; blanks in it need no quotes",
                fix=replace("remove the quotes", env.value.span, value),
            )


RULE = Rule(
    code="JF103",
    name="literal-quotes",
    severity=WARNING,
    why="""A Dockerfile and a shell remove quotes; a JFile keeps them, so programs see them. An
ENV's value is the rest of the line, blanks included, and needs none.""",
    fix="removes the quotes",
    bad='ENV GREETING="hello world"',
    good="ENV GREETING=hello world",
    check=check,
)
