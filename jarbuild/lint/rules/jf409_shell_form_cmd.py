"""JF409: a CMD that needs no shell is written for one."""

from __future__ import annotations

import json

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command
from jfile import Cmd


def check(document: Document) -> Remarks:
    for directive, script in document.scripts:
        if not isinstance(directive, Cmd) or len(script.commands) != 1:
            continue
        (command,) = script.commands
        if _needs_no_shell(command):
            argv = json.dumps([word.value for word in command.words], ensure_ascii=False)
            yield Remark(
                directive.span,
                "an array starts the program itself, without a shell around it",
                help=f"write CMD {argv}",
                fix=replace("write an array", directive.argv[2].span, argv),
            )


def _needs_no_shell(command: Command) -> bool:
    is_plain = not (command.assignments or command.redirections) and command.is_top_level
    words = command.words
    return is_plain and all(w.is_static and not set("*?[~") & set(w.text) for w in words)


RULE = Rule(
    code="JF409",
    name="shell-form-cmd",
    severity=INFO,
    is_default=False,
    why="""Without brackets a shell reads the line. Where nothing in it is for a shell, an array
says exactly which arguments the program gets.""",
    fix="writes the array",
    bad="CMD node server.js",
    good='CMD ["node", "server.js"]',
    check=check,
)
