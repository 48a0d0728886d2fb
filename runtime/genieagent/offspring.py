"""The processes below an agent's process: which they are, and how they are ended completely.

A process that adopts orphans (PR_SET_CHILD_SUBREAPER) has everything that came from it below it,
however often that has forked and whatever session it is in.
"""

from __future__ import annotations

import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PAUSE = 0.002
"""Seconds between two looks at whether killed processes are gone."""


class Process(NamedTuple):
    pid: int
    parent: int
    group: int
    has_terminal: bool
    is_dead: bool  # waits to be reaped


def descendants(root: int) -> list[Process]:
    """Everything below a process, whoever is whose child before its own children."""
    children = defaultdict(list)
    for process in _processes():
        children[process.parent].append(process)
    found = list(children[root])
    for process in found:  # grows meanwhile
        found += children[process.pid]
    return found


def command_line(pid: int) -> list[str]:
    """As the process shows it; empty when it has ended."""
    try:
        content = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return []
    return [os.fsdecode(word) for word in content.split(b"\0")[:-1]]


def end_all_below(seconds: float) -> bool:
    """Kill all that is below this process, whatever it forks meanwhile, and reap it.

    False where something is still there after that time.
    """
    deadline = time.monotonic() + seconds
    while has_children():
        if time.monotonic() > deadline:
            return False
        _signal(signal.SIGKILL, _stop_all_below(deadline))
        time.sleep(_PAUSE)
    return True


def has_children() -> bool:
    """Reaps those that have ended. What dies below leaves its children to us, so no child means
    that nothing is left."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


def _stop_all_below(deadline: float) -> set[int]:
    """Stopped first and killed together: the stopped still fill the process limit, so what
    multiplies runs out of room instead of outrunning us. What to kill comes back."""
    stopped: set[int] = set()
    while fresh := _targets_below() - stopped:
        _signal(signal.SIGSTOP, fresh)
        stopped |= fresh
        if time.monotonic() > deadline:
            break
    return stopped


def _targets_below() -> set[int]:
    """As kill(2) takes them: groups, negative, for a group is signalled at one instant and forks
    nothing in between; single processes only in our own group, or in one of another namespace."""
    ours = {os.getpgrp(), 0}
    below = descendants(os.getpid())
    return {process.pid if process.group in ours else -process.group for process in below}


def _signal(number: int, targets: Iterable[int]) -> None:
    for target in targets:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(target, number)


def _processes() -> Iterator[Process]:
    """proc_pid_stat(5)"""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # The name before the last ")" may hold anything.
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            state, parent, group, _, terminal = fields[:5]
            numbers = int(folder.name), int(parent), int(group)
            yield Process(*numbers, terminal != b"0", state in (b"Z", b"X"))
