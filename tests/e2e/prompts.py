"""Prompts of managers: commands are typed there, and run by processes that have loaded them all."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).with_name("manager_shell.py")
_idle: dict[tuple[str, ...], list[subprocess.Popen[str]]] = {}
"""Shells that wait for a command, by the words that start Python as their manager."""


def typed(python: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """What a command says: {"code", "out", "err"}; `told` is what manager_shell.py reads.

    Commands that are typed at the same time have shells of their own.
    """
    idle = _idle.setdefault(tuple(python), [])
    shell = _living(idle) or _shell(python)
    assert shell.stdin and shell.stdout
    print(json.dumps(told), file=shell.stdin, flush=True)
    said: dict[str, Any] = json.loads(shell.stdout.readline())
    idle.append(shell)
    return said


def _living(idle: list[subprocess.Popen[str]]) -> subprocess.Popen[str] | None:
    """One that did not end with its manager's account."""
    while idle:
        if (shell := idle.pop()).poll() is None:
            return shell
    return None


def _shell(python: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*python, "-P", "-c", PROGRAM.read_text()],
        env={"LANG": "C.UTF-8"},
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end_prompts() -> None:
    """Those that wait; the others are busy no longer than their command."""
    for shell in (shell for idle in _idle.values() for shell in idle):
        shell.communicate()
    _idle.clear()
