"""Locks between the processes of a jar's two agents; one dies with whoever holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockedError(Exception):
    """Somebody else holds it."""


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Wait for the lock."""
    with _locked(file, fcntl.LOCK_EX):
        yield


@contextmanager
def held_at_once(file: Path) -> Iterator[None]:
    """Raises LockedError."""
    with _locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB):
        yield


@contextmanager
def shared_at_once(file: Path) -> Iterator[None]:
    """Held by any number of processes, but by nobody else alone; raises LockedError."""
    with _locked(file, fcntl.LOCK_SH | fcntl.LOCK_NB):
        yield


@contextmanager
def _locked(file: Path, how: int) -> Iterator[None]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how)
        except BlockingIOError as error:
            raise LockedError(str(file)) from error
        yield
    finally:
        os.close(descriptor)
