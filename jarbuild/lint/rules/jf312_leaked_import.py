"""JF312: a RUN writes a secret into a file, or into the log."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command, Expansion, Script
from jarbuild.lint.wordlists import words
from jfile import Import

_PRINTERS = words("echo printf cat tee")
_DUMPERS = frozenset({"env", "printenv"})


def check(document: Document) -> Remarks:
    names = {str(imported.key) for imported in document.each(Import)}
    if not names:
        return
    for _, script in document.run_scripts:
        expansions = [e for e in script.expansions if e.name in names]
        for command in script.commands:
            if command.program in _PRINTERS and command.after not in ("|", "|&"):
                for expansion in expansions:
                    if command.start <= expansion.start < command.end:
                        yield _remark(script, expansion, expansion.text)
            elif _dumps(command) and command.after not in ("|", "|&"):
                yield _remark(script, command, command.program)


def _dumps(command: Command) -> bool:
    return command.program in _DUMPERS and not list(command.operands())


def _remark(script: Script, of: Command | Expansion, what: str) -> Remark:
    return Remark(
        script.span(of),
        f"{what} writes a secret where it stays: into the log, or a file of this RUN's result",
        help="let the program that needs it read its environment",
    )


RULE = Rule(
    code="JF312",
    name="leaked-import",
    severity=WARNING,
    why="""What a RUN prints is in the build's log, and what it writes is in the cache. A secret
is then at rest in both. Tools such as npm read `${NAME}` in their settings when they run.""",
    bad='IMPORT NPM_TOKEN\nRUN echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > .npmrc',
    good="IMPORT NPM_TOKEN\n"
    "RUN echo '//registry.npmjs.org/:_authToken=${NPM_TOKEN}' > .npmrc && npm ci",
    check=check,
)
