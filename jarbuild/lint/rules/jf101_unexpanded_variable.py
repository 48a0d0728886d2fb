"""JF101: `$NAME` in an ENV's value stays as it is written."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.dollars import variables
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env


def check(document: Document) -> Remarks:
    for env in document.each(Env):
        if "$" in str(env.value) and str(env.key) != "PATH":
            layout = document.layout(env.value)
            for match in variables(layout.text):
                yield Remark(
                    layout.span(*match.span()),
                    f"{match[0]} stays as it is written: ENV expands no variables",
                    help="write the value, or set the variable in the RUN or CMD that needs it",
                )


RULE = Rule(
    code="JF101",
    name="unexpanded-variable",
    severity=WARNING,
    why="""Unlike Docker, a JFile takes an ENV's value as it is: programs get a dollar sign and a
name. Only `${PORT(n)}` and `${COMMON}` are filled in.""",
    bad="ENV DATA=/srv/data\nENV INDEX=$DATA/index",
    good="ENV DATA=/srv/data\nENV INDEX=/srv/data/index",
    check=check,
)
