"""Who ends a jar where there is no pid namespace: a parent of its agent that lets nothing get away.

It adopts every orphan of the jar, so all of the jar's processes are below it. When the agent has
ended, or the zygote's end of the lifeline is closed, it kills until it has no child left. It is
outside the jar's Landlock domain and has the agent's ids: nothing inside can signal it.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from genieagent import syscalls


def keep(agent: int, lifeline: socket.socket) -> None:
    """Returns when the agent and everything that came from it has ended."""
    syscalls.adopt_orphans()
    waiting = select.poll()
    waiting.register(os.pidfd_open(agent), select.POLLIN)
    waiting.register(lifeline, select.POLLHUP)
    waiting.poll()
    end_children()


def end_children() -> None:
    """Kills everything below this process, whatever it forks meanwhile, and reaps it."""
    while _has_child():
        _signal(signal.SIGKILL, _stopped_descendants())


def _has_child() -> bool:
    """Reaps the dead ones. What dies below leaves its children to us, so no child is no rest."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


def _stopped_descendants() -> set[int]:
    """Stopped first and killed together: the stopped still fill the process limit, so a storm
    of forks runs out of room instead of outrunning us."""
    stopped: set[int] = set()
    while fresh := set(_descendants(os.getpid())) - stopped:
        _signal(signal.SIGSTOP, fresh)
        stopped |= fresh
    return stopped


def _signal(number: int, pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _descendants(root: int) -> Iterator[int]:
    children = defaultdict(list)
    for pid, parent in _processes():
        children[parent].append(pid)
    pending = [root]
    while pending:
        below = children[pending.pop()]
        yield from below
        pending += below


def _processes() -> Iterator[tuple[int, int]]:
    """Pid and parent's pid of each; proc_pid_stat(5)."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_name = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            yield int(folder.name), int(after_name[1])
