"""JF405: a CMD of several commands: the last one never hears a signal."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING, Edit, Fix
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command, Script
from jfile import Cmd


def check(document: Document) -> Remarks:
    for directive, script in document.scripts:
        if not isinstance(directive, Cmd):
            continue
        commands = [command for command in script.commands if command.depth == 0 and command.words]
        if len(commands) > 1 and not any(command.name == "exec" for command in commands):
            yield Remark(
                directive.span,
                "SIGTERM reaches only the shell, and what it has started is killed after a while",
                help="write exec before the last command, or use an array",
                fix=_fix(script, commands[-1]),
            )


def _fix(script: Script, last: Command) -> Fix | None:
    is_simple = last.is_top_level and not last.after and last.before not in ("|", "|&", "||")
    first = last.words[0]
    if not is_simple or not first.is_static or first.start != last.start:
        return None
    place = script.layout.span(last.start, last.start)
    return Fix("write exec before the last command", (Edit(place, "exec "),))


RULE = Rule(
    code="JF405",
    name="compound-shell-cmd",
    severity=WARNING,
    why="""A shell that starts several commands stays, and forwards no signals. On `app down` it
ends and its child does not notice, until it is killed without having cleaned up. `exec` puts the
last command in the shell's place.""",
    fix="writes `exec` before the last command",
    bad="CMD ./migrate && node server.js",
    good="CMD ./migrate && exec node server.js",
    check=check,
)
