"""The time as the jar's own file system stamps it, which no clock of ours shows.

Stamps are coarse: a file changed twice within one tick shows it once. A file's status tells of
every later change only if its stamps are older than one taken before the file was read.
"""

from __future__ import annotations

import os
import time
from pathlib import Path as File

_LONGEST_TICK = 0.02
"""Seconds to wait for the next stamp; a tick takes 10 ms at most (CONFIG_HZ=100), and where stamps
are coarser we rather read files again."""


class Stamps:
    """A context manager around the file of ours that is touched."""

    def __init__(self, file: File):
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Stamps:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def take(self) -> int:
        """Nanoseconds; whatever is changed from now on gets this stamp or a later one."""
        os.utime(self._descriptor)
        return os.fstat(self._descriptor).st_mtime_ns

    def take_later_than(self, stamp: int) -> int:
        """Wait for the next tick where need be, but not for long."""
        deadline = time.monotonic() + _LONGEST_TICK
        while (taken := self.take()) <= stamp and time.monotonic() < deadline:
            time.sleep(0.001)
        return taken
