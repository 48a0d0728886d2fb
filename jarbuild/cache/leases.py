"""Who is using the cache: a locked file per build, and one lock between builds and prune.

A build holds its lease from beginning to end; what was used since the oldest living lease was
made is in use. The kernel drops both locks with the process that holds them.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "lock"
LEASES = "leases"


@contextmanager
def lease(folder: Path) -> Iterator[None]:
    """Held by one build."""
    with using(folder):
        descriptor, name = tempfile.mkstemp(dir=_leases(folder))
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        Path(name).unlink(missing_ok=True)
        os.close(descriptor)


def oldest_lease(folder: Path) -> int:
    """When the oldest living build began, in ns of the cache's file system; far off if none is.

    The caller holds `pruning`. What dead builds left is removed.
    """
    began = [age for path in _leases(folder).iterdir() if (age := _age(path)) is not None]
    return min(began, default=1 << 63)


@contextmanager
def using(folder: Path) -> Iterator[None]:
    """While held, nothing is pruned."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def pruning(folder: Path) -> Iterator[None]:
    """While held, no build takes or adds an entry."""
    with _locked(folder, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _leases(folder: Path) -> Path:
    path = folder / LEASES
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _age(path: Path) -> int | None:
    """When a living build's lease was made; None for a dead one's, which is removed."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.fstat(descriptor).st_mtime_ns
    else:
        path.unlink(missing_ok=True)
        return None
    finally:
        os.close(descriptor)
