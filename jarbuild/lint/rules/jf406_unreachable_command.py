"""JF406: commands behind one that never comes back."""

from __future__ import annotations

from itertools import pairwise

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command

_STARTS = ("", ";", "\n")


def check(document: Document) -> Remarks:
    for _, script in document.scripts:
        commands = [command for command in script.commands if command.is_top_level]
        for command, following in pairwise(commands):
            if _never_returns(command):
                yield Remark(
                    script.span(following),
                    f"this is never reached: {command.name} does not come back",
                )
                break


def _never_returns(command: Command) -> bool:
    is_end = command.name == "exit" or (command.name == "exec" and len(command.words) > 1)
    if not is_end:
        return False
    return command.after == "&&" or (command.before in _STARTS and command.after in (";", "\n"))


RULE = Rule(
    code="JF406",
    name="unreachable-command",
    severity=WARNING,
    why="""`exit` ends the shell, and `exec PROGRAM` replaces it. What stands behind them in the
same list is text that nothing executes.""",
    bad="CMD exec node server.js && echo stopped",
    good="CMD exec node server.js",
    check=check,
)
