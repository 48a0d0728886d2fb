"""JF211: a RUN that only cleans up after others."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO
from jarbuild.lint.rule import Remark, Remarks, Rule
from jarbuild.lint.shell import Command

_CLEANING = {
    "npm": ("cache",),
    "yarn": ("cache",),
    "pnpm": ("store",),
    "pip": ("cache",),
    "pip3": ("cache",),
    "conda": ("clean",),
    "cargo": ("clean",),
    "apt-get": ("clean", "autoclean"),
}


def check(document: Document) -> Remarks:
    for run, script in document.run_scripts:
        if script.commands and all(map(_cleans, script.commands)):
            yield Remark(
                run.span,
                "what this removes stays in the cache, in the result of the RUN that made it",
                help="clean up in the RUN that makes the files",
            )


def _cleans(command: Command) -> bool:
    verbs = _CLEANING.get(command.program, ())
    return command.program in ("rm", "rmdir") or command.values[:1] in [(verb,) for verb in verbs]


RULE = Rule(
    code="JF211",
    name="late-cleanup",
    severity=INFO,
    why="""Each RUN's result is stored whole. Files that one RUN makes and a later one removes
take room in the cache and time in every restore.""",
    bad="RUN ./build\nRUN rm -rf build-cache",
    good="RUN ./build && rm -rf build-cache",
    check=check,
)
