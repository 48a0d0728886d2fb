"""Going down into folders and up again with one descriptor, however deep they are.

Paths would end at 4,096 bytes, and a descriptor for each level at the process's limit. On the way
up the folder must be the one it was: a folder that was moved meanwhile must not lead elsewhere.
"""

from __future__ import annotations

import errno
import os
from types import TracebackType

from jarbuild.stamps import ChangedError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC

Identity = tuple[int, int]
"""Device and inode."""


class Descent:
    """A descriptor that moves; `fd` is the folder it is in. Raises OSError and ChangedError."""

    def __init__(self, path: bytes):
        self.fd = _opened(path, _FOLDER)
        self._above: list[Identity] = []

    def __enter__(self) -> Descent:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        os.close(self.fd)

    def enter(self, name: bytes) -> None:
        """Go into a folder; a symlink is none."""
        here = os.fstat(self.fd)
        self._move(_opened(name, _FOLDER | os.O_NOFOLLOW, self.fd))
        self._above.append((here.st_dev, here.st_ino))

    def leave(self) -> None:
        """Go back to the folder this one was entered from."""
        self._move(os.open(b"..", _FOLDER, dir_fd=self.fd))
        here = os.fstat(self.fd)
        if (here.st_dev, here.st_ino) != self._above.pop():
            raise ChangedError("a folder was moved while it was read")

    def _move(self, fd: int) -> None:
        os.close(self.fd)
        self.fd = fd


def _opened(path: bytes, flags: int, folder: int | None = None) -> int:
    """One that may be listed but not entered counts as closed: nobody knows what is in it."""
    fd = os.open(path, flags, dir_fd=folder)
    if not os.access(b".", os.X_OK, dir_fd=fd):
        os.close(fd)
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return fd
