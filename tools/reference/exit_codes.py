"""What the programs end with, and the codes of their errors, from the classes of errors."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc

import geniejars
import jarbuild
from geniejars import JarbuildError
from geniejars.conversation import REFUSALS

NAME = "exit-codes.md"
TITLE = "Exit codes"
SOURCE = "the classes of errors"

INTRODUCTION = """\
| exit code | what it means |
|---|---|
| 0 | fine |
| 1 | a step failed; `lint` or `fmt --check` found something; `--plan --check`: a step would run |
| 2 | the JFile, the command line or the configuration is wrong: nothing was done |
| 3 | the machine failed: pool, disk, isolation, server, or a bug of ours |
| 130 | interrupted (Ctrl-C); 143 by SIGTERM |
| 141 | whoever read the output has gone |

`geniejars exec`, `shell` and `app up` end as the command in the jar did: its own code, 128 + n for
signal n, 126 and 127 for a program that cannot be started or found.

An error's code stands in brackets behind `error`, and is the `code` of an `error` in
[JSON output](json.md). A mistake in a JFile has one that begins with JF: see [rules](rules.md).

| code | exit code | what happened |
|---|---|---|"""

GENERAL = {
    "usage": "the command line or the configuration is wrong",
    "jfile": "the JFile or its context is wrong",
    "step-failed": "a step failed",
    "machine": "the machine failed; the message says what",
    "internal": "a bug in jarbuild; the message says where the traceback is",
    "outdated-server": "a server of another version or config still has something running",
    "archive": "what is to be restored is no backup, or would be put outside the home",
    "busy": "somebody else needs the jar just now",
    "folder": "the folder that a command is to work in is not there",
    "mount": "a cache cannot be mounted where a RUN wants it",
    "not-running": "no app runs in the jar",
    "running": "an app runs in the jar already",
    "os-error": "the system refused something that nobody foresaw",
    "interrupted": "Ctrl-C",
    "terminated": "SIGTERM",
}
"""What classes at the root of the tree mean, and codes that have no class."""

WITHOUT_CLASS = {
    **{code: exit_code for code, (exit_code, _) in REFUSALS.items()},
    "outdated-server": 3,
    "os-error": 3,
    "interrupted": 130,
    "terminated": 143,
}


def body() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *_rows()])


def _rows() -> Iterator[str]:
    meanings = dict(_meanings())
    for code in sorted(meanings):
        exit_code, meaning = meanings[code]
        yield f"| `{code}` | {exit_code} | {meaning} |"


def _meanings() -> Iterator[tuple[str, tuple[int, str]]]:
    for error in _classes(JarbuildError):
        if "code" in vars(error):
            yield error.code, (error.exit_code, GENERAL.get(error.code) or _first_sentence(error))
    for code, exit_code in WITHOUT_CLASS.items():
        yield code, (exit_code, GENERAL[code])


def _classes(root: type[JarbuildError]) -> Iterator[type[JarbuildError]]:
    for package in (geniejars, jarbuild):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    yield from _below(root)


def _below(error: type[JarbuildError]) -> Iterator[type[JarbuildError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)


def _first_sentence(error: type) -> str:
    paragraph = " ".join((getdoc(error) or "").split("\n\n")[0].split())
    sentence = paragraph.partition(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]
