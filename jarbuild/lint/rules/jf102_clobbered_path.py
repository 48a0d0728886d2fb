"""JF102: ENV PATH with a `$PATH` in it."""

from __future__ import annotations

import re

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Env

_PATH = re.compile(r"\$(?:PATH\b|\{PATH\})")


def check(document: Document) -> Remarks:
    for env in document.each(Env):
        if str(env.key) == "PATH" and (match := _PATH.search(str(env.value))):
            yield Remark(
                document.layout(env.value).span(*match.span()),
                "ENV expands no variables: with this PATH no command is found any more",
                help="ADDPATH for CMD; in a RUN write PATH=FOLDER:$PATH before the command",
            )


RULE = Rule(
    code="JF102",
    name="clobbered-path",
    severity=ERROR,
    why="""ENV takes its value as it is written, so `$PATH` is a folder of that name and every
later RUN fails: not even `sh` is found. ADDPATH puts a folder before CMD's PATH; a RUN that needs
it sets PATH itself.""",
    bad="ENV PATH=/opt/tool/bin:$PATH",
    good="ADDPATH /opt/tool/bin",
    check=check,
)
