"""JF202: a port in the environment of a RUN that does not read it."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.effects import reaches
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import move_below
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env, Port


def check(document: Document) -> Remarks:
    envs = [env for env in document.each(Env) if any(isinstance(p, Port) for p in env.value.parts)]
    for reach in reaches(document, envs):
        is_movable = not reach.is_read and reach.last.span.file is None
        yield Remark(
            reach.variable.span,
            f"the RUN on line {reach.unconcerned.span.line} does not read {reach.variable.key}, "
            "and runs again for every port",
            help="move it below the RUNs that do not need it",
            fix=move_below(document, "move it below the last RUN", reach.variable, reach.last)
            if is_movable
            else None,
        )


RULE = Rule(
    code="JF202",
    name="port-before-run",
    severity=WARNING,
    why="""A RUN's environment is part of its cache key. With a port in it every jar has a key of
its own, and a second jar cannot be built by restoring what the first one made.""",
    fix="moves it below the last RUN",
    bad='ENV PORT=${PORT(1)}\nRUN npm ci\nCMD ["node", "server.js"]',
    good='RUN npm ci\nENV PORT=${PORT(1)}\nCMD ["node", "server.js"]',
    check=check,
)
