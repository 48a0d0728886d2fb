"""JF311: a secret comes as a build argument."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.secrets import is_secret_name
from jfile import Arg


def check(document: Document) -> Remarks:
    for arg in document.each(Arg):
        if is_secret_name(arg.name) and arg.default is None:
            yield Remark(
                arg.span,
                f"the value of {arg.name} would be on the command line and in the cache's records",
                help=f"write IMPORT {arg.name}",
                fix=replace("import it", arg.span, f"IMPORT {arg.name}"),
            )


RULE = Rule(
    code="JF311",
    name="secret-in-arg",
    severity=WARNING,
    why="""`--arg NAME=VALUE` is in the shell's history and the process list, and ARGs are in the
cache's records as they are. IMPORT takes the value from the environment, and only a keyed hash of
it is kept.""",
    fix="writes IMPORT in place of ARG",
    bad='ARG API_TOKEN\nRUN ./fetch --token "$API_TOKEN"',
    good='IMPORT API_TOKEN\nRUN ./fetch --token "$API_TOKEN"',
    check=check,
)
