"""JF126: an ARG where only RUN sees it."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Arg, Cmd, Env, Healthcheck


def check(document: Document) -> Remarks:
    names = {arg.name for arg in document.each(Arg)} - {str(env.key) for env in document.each(Env)}
    if not names:
        return
    for directive, script in document.scripts:
        if isinstance(directive, Cmd | Healthcheck):
            for expansion in script.expansions:
                if expansion.name in names - script.assigned:
                    yield Remark(
                        script.span(expansion),
                        f"{expansion.name} is empty here: only RUN sees an ARG",
                        help=f"write ENV {expansion.name}=VALUE, or let a RUN write it to a file",
                    )


RULE = Rule(
    code="JF126",
    name="unseen-arg",
    severity=WARNING,
    why="""Build arguments exist while the home is built. What CMD needs is an ENV, or in a file
that a RUN wrote.""",
    bad='ARG MODE=fast\nRUN ./configure "$MODE"\nCMD exec ./server --mode "$MODE"',
    good='ARG MODE=fast\nRUN ./configure "$MODE"\nENV MODE=fast\nCMD exec ./server --mode "$MODE"',
    check=check,
)
