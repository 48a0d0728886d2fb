"""The log of a jar's CMD: written and rotated by its supervisor, read by anybody.

app.log is the newest part, app.log.1 the one before it, and so on.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PART_SIZE = 10 * 1024 * 1024
PARTS = 5

_CHUNK = 64 * 1024


@dataclass
class LogWriter:
    """Never raises: a full disk must not stop an app."""

    file: Path
    part_size: int = PART_SIZE
    _descriptor: int | None = field(default=None, init=False)
    _size: int = field(default=0, init=False)

    def append(self, data: bytes) -> None:
        with suppress(OSError):
            descriptor = self._open()
            if self._size and self._size + len(data) > self.part_size:
                self._rotate()
                descriptor = self._open()
            self._size += os.write(descriptor, data)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(self.file, flags, 0o640)
            self._size = os.fstat(self._descriptor).st_size
        return self._descriptor

    def _rotate(self) -> None:
        self.close()
        for number in reversed(range(PARTS - 1)):
            with suppress(FileNotFoundError):
                _part(self.file, number).replace(_part(self.file, number + 1))


class LogReader:
    """From the oldest part on, or from some lines before the end, and then what comes."""

    def __init__(self, file: Path, lines: int | None):
        self._file = file
        self._parts = self._newer_than(None)  # open, the oldest first
        if lines is not None:
            self._skip_to_last(lines)

    def read(self) -> bytes:
        """What comes next; b"" where there is nothing more for now."""
        while True:
            if self._parts and (data := os.read(self._parts[0], _CHUNK)):
                return data
            if len(self._parts) > 1:
                os.close(self._parts.pop(0))
                continue
            # The part before them is read once more: it may have grown before it was left.
            newer = self._newer_than(_inode(self._parts[0]) if self._parts else None)
            if not newer:
                return b""
            self._parts += newer

    def close(self) -> None:
        for part in self._parts:
            os.close(part)

    def _newer_than(self, inode: int | None) -> list[int]:
        found: list[int] = []
        for number in range(PARTS):
            try:
                part = os.open(_part(self._file, number), os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                break
            if _inode(part) == inode:
                os.close(part)
                break
            if found and _inode(part) == _inode(found[0]):  # rotated just now
                os.close(part)
            else:
                found.insert(0, part)
        return found

    def _skip_to_last(self, lines: int) -> None:
        newest = len(self._parts) - 1
        for at in reversed(range(len(self._parts))):
            content = os.pread(self._parts[at], os.fstat(self._parts[at]).st_size, 0)
            begin = len(content)
            # The newline that ends the last line begins none.
            end = begin - (at == newest and content.endswith(b"\n"))
            while lines and (found := content.rfind(b"\n", 0, end)) >= 0:
                lines, begin, end = lines - 1, found + 1, found
            if not lines:
                os.lseek(self._parts[at], begin, os.SEEK_SET)
                self._leave_out(at)
                return

    def _leave_out(self, count: int) -> None:
        for older in self._parts[:count]:
            os.close(older)
        del self._parts[:count]


def _part(file: Path, number: int) -> Path:
    return file.with_name(f"{file.name}.{number}") if number else file


def _inode(part: int) -> int:
    return os.fstat(part).st_ino
