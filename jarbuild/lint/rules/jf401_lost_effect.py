"""JF401: a RUN whose effect ends with it."""

from __future__ import annotations

import posixpath

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.paths import in_home
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command, Script
from jfile import Run

_INSTEAD = {
    "cd": "WORKDIR changes the folder for what follows",
    "pushd": "WORKDIR changes the folder for what follows",
    "export": "ENV sets a variable for what follows",
    "set": "options belong into the RUN that needs them",
    "umask": "modes belong into the RUN that makes the files",
    "alias": "write the command itself",
    "source": "read the file in the RUN that needs it",
    ".": "read the file in the RUN that needs it",
    "ulimit": "limits belong into the RUN that needs them",
    "nvm": "choose the version in the RUN that needs it",
}


def check(document: Document) -> Remarks:
    for run, script in document.run_scripts:
        last = script.commands[-1] if script.commands else None
        if last is None or not last.is_top_level or last.after or last.name not in _INSTEAD:
            continue
        if last.redirections or last.before in ("|", "||"):
            continue
        yield Remark(
            script.span(last),
            f"{last.name} has no effect: each RUN is a new shell",
            help=_INSTEAD[last.name],
            fix=_as_workdir(document, run, script, last),
        )


def _as_workdir(document: Document, run: Run, script: Script, command: Command) -> Fix | None:
    """`RUN cd x` alone; the WORKDIR is written from the home on."""
    folder = document.workdir(run)
    if len(script.commands) > 1 or command.name != "cd" or len(command.values) != 1:
        return None
    if folder is None or not command.arguments[0].is_static:
        return None
    path = in_home(posixpath.join(folder, command.values[0]), "")
    return (
        replace("write WORKDIR", run.span, f"WORKDIR {path or '.'}") if path is not None else None
    )


RULE = Rule(
    code="JF401",
    name="lost-effect",
    severity=WARNING,
    why="""Each RUN is a shell of its own, in the folder that WORKDIR names, with the environment
that ENV describes. What `cd`, `export` or `.` change ends with it.""",
    fix="writes WORKDIR for a lone `cd`",
    bad="RUN cd app\nRUN npm ci",
    good="WORKDIR app\nRUN npm ci",
    check=check,
)
