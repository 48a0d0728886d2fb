"""Locks between the processes of a jar's two agents; one dies with whoever holds it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 1.0
"""Seconds: longer than a process that is just ending still holds what it held."""
_PAUSE = 0.01


class LockedError(Exception):
    """Somebody else holds it."""


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Wait for the lock."""
    with _opened(file) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def held_at_once(file: Path) -> Iterator[None]:
    """Raises LockedError."""
    with _opened(file) as lock:
        if not _take(lock, fcntl.LOCK_EX):
            raise LockedError(file)
        yield


@contextmanager
def held_soon(file: Path, *, shared: bool = False) -> Iterator[None]:
    """Shared: held by any number of processes, but by nobody else alone.

    Raises LockedError where it does not become free in a moment.
    """
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    deadline = time.monotonic() + _PATIENCE
    with _opened(file) as lock:
        while not _take(lock, how):
            if time.monotonic() > deadline:
                raise LockedError(file)
            time.sleep(_PAUSE)
        yield


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _take(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
