"""JF209: a RUN leaves a process behind."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.wordlists import words

_ENDINGS = words("wait kill pkill killall timeout")


def check(document: Document) -> Remarks:
    for _, script in document.run_scripts:
        if any(command.program in _ENDINGS for command in script.commands):
            continue
        for command in script.commands:
            if command.after == "&":
                yield Remark(
                    script.span(command),
                    "this ends with the RUN: nothing that a RUN starts lives on",
                    help="what shall run in the jar is CMD's; or wait for it in the same RUN",
                )


RULE = Rule(
    code="JF209",
    name="background-process",
    severity=ERROR,
    why="""When a RUN's shell ends, all that it has started ends too, in the middle of whatever it
does. A server is started by CMD; what only a step needs is waited for or killed in that RUN.""",
    bad="RUN node server.js &",
    good='CMD ["node", "server.js"]',
    check=check,
)
