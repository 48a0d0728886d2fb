"""Guarantee 11: what one jar can take from the machine is bounded.

Jars have small bounds here (BOUNDS), and no attack takes much more than they are, or for long.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from contextlib import suppress

from attack_record import Attack, Target, not_promised

BOUNDS = {"processMax": 100, "tmpSize": "32MiB", "memoryMax": "96MiB"}
"""Of the jars that are attacked, as the config has them."""

MANY_PROCESSES = 150
MUCH_SPACE = 64 << 20
"""Bytes."""

_LIMIT = 10_000
"""More than a jar may have, fewer than a user may."""


def multiply(target: Target) -> bool:
    """Is a hundred and fifty processes at a time."""
    children = []
    try:
        while len(children) < MANY_PROCESSES:
            children.append(_sleeper())
        return True
    finally:
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _sleeper() -> int:
    child = os.fork()
    if child == 0:
        time.sleep(10)
        os._exit(0)
    return child


def raise_process_limit(target: Target) -> bool:
    """Raises the limit of its processes as far as it can."""
    limit, ceiling = resource.getrlimit(resource.RLIMIT_NPROC)
    if ceiling == resource.RLIM_INFINITY or ceiling >= _LIMIT:
        return True
    return _sets(resource.RLIMIT_NPROC, (limit, _LIMIT))


def leave_core_dumps(target: Target) -> bool:
    """Wants to leave core dumps, which go where the machine says."""
    return _sets(resource.RLIMIT_CORE, (1 << 20, 1 << 20))


def _sets(limit: int, values: tuple[int, int]) -> bool:
    try:
        resource.setrlimit(limit, values)
    except ValueError:  # what Python makes of EPERM
        return False
    return True


def fill_temporary_folder(target: Target) -> bool:
    """Takes twice of /tmp or /var/tmp what it may have."""
    return _takes("/tmp") or _takes("/var/tmp")


def fill_shared_memory(target: Target) -> bool:
    """Takes twice of /dev/shm what it may have."""
    return _takes("/dev/shm")


def _takes(folder: str) -> bool:
    """For a moment: the file has no name."""
    try:
        file = os.open(folder, os.O_TMPFILE | os.O_RDWR)
        os.posix_fallocate(file, 0, MUCH_SPACE)
    except OSError:
        return False
    return True


_UNCOUNTED = not_promised("weak is no boundary: processes of one's own user cannot be counted")
_SHARED = not_promised("without namespaces the machine's shared memory and IPC are in sight")

ATTACKS = (
    Attack(multiply, 11, {"weak": _UNCOUNTED}),
    Attack(raise_process_limit, 11, {"weak": _UNCOUNTED}),
    Attack(leave_core_dumps, 11),
    Attack(fill_temporary_folder, 11),
    Attack(fill_shared_memory, 11, {"no-namespaces": _SHARED}),
)
