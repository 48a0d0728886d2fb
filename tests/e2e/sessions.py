"""A page's commands typed into one shell, top to bottom, as its reader would."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from machines import TOP, Machine
from pages import READER, READER_HOME, Block, Command, commands

END = "\x1e"
"""Printed behind each command's output; a page holds no control characters."""

PROLOGUE = f"""\
exec 2>&1 </dev/null
cd ~/jarbuild
ended() {{ local code=$?; printf '{END}'; return $code; }}
"""
"""The reader is in a clone of the repository."""


def play(machine: Machine, page: Sequence[Block]) -> list[tuple[Command, list[str]]]:
    """Every command of the page with the lines that it printed."""
    typed = [command for block in page for command in _typed(block)]
    clone(machine)
    script = machine.home / "session.sh"
    script.write_text(PROLOGUE + "".join(map(_script, page)))
    script.chmod(0o644)
    result = machine.run("/bin/bash", script, timeout=300, env=_environment(machine))
    printed = as_the_reader(result.stdout, machine).split(END)
    assert len(printed) == len(typed) + 1, f"the session ended early:\n{printed[-1]}"
    return [(c, _lines(p)) for c, p in zip(typed, printed, strict=False)]


def as_the_reader(output: str, machine: Machine) -> str:
    """Names of this test's home and user are nobody else's."""
    user = machine.kind.user or pwd.getpwuid(os.getuid()).pw_name
    output = output.replace(str(machine.home), READER_HOME)
    return re.sub(rf"\b{re.escape(user)}\b", READER, output)


def clone(machine: Machine) -> None:
    """What the pages need of a clone of the repository."""
    examples = machine.home / "jarbuild/examples"
    shutil.copytree(TOP / "examples", examples, ignore=shutil.ignore_patterns("node_modules"))
    machine.own(machine.home)


def _environment(machine: Machine) -> dict[str, str]:
    path = machine.clean_environment()["PATH"]
    return {"PATH": f"{machine.scripts}:{path}", "PAGER": "cat", "COLUMNS": "80"}


def _typed(block: Block) -> Iterator[Command]:
    if block.language == "console" and not block.reason:
        yield from commands(block)


def _script(block: Block) -> str:
    if block.file:
        return _write(block.file, block.text)
    return "".join(f"{command.source}\nended\n" for command in _typed(block))


def _write(file: str, text: str) -> str:
    folder = shlex.quote(str(Path(file).parent))
    return f"mkdir -p {folder}\nprintf %s {shlex.quote(text)} > {shlex.quote(file)}\n"


def _lines(printed: str) -> list[str]:
    return [line.rstrip() for line in printed.splitlines()]
