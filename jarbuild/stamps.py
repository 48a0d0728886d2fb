"""The stat cache: what is known of files from reading them once, valid while their stamps last.

A stamp is git's index tuple in nanoseconds, change time included. It proves nothing by itself: a
file changed twice within one tick of its file system keeps its stamp. So a fact is only kept where
both times are older than the stamp that the same file system gave to a file of ours, made before
the file was read. The clock would not do: it runs up to a tick ahead of the stamps.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
import tempfile
from collections.abc import Callable, Mapping
from io import FileIO
from pathlib import Path
from typing import NamedTuple

from attrs import Factory, define, field

from geniejars import Stamp
from jarbuild.cache.sealed import DamagedFileError, read_sealed, write_sealed

HEADER = b"jarbuild stamps 1"
ATTEMPTS = 3
"""How often a file that changes while it is read is read again."""

SPARE_FOLDERS = (b"/var/tmp", b"/tmp")  # only for an unnamed file, on the same device
"""Where a stamp can be had for files whose own folder may not be written to."""

Clock = Callable[[int, bytes], int]
"""Gives the stamp of a new file on a device; the path is of a file there. 0: none to be had."""


class ChangedError(Exception):
    """A file that did not hold still while it was read."""


class Content(NamedTuple):
    """A fact about a file, and the stamp it had when the fact was found."""

    value: bytes
    stamp: Stamp


def stamp_of(seen: os.stat_result) -> Stamp:
    return (
        seen.st_dev,
        seen.st_ino,
        seen.st_mode,
        seen.st_size,
        seen.st_mtime_ns,
        seen.st_ctime_ns,
    )


@define
class StatCache:
    """Facts about files, kept in `file` from one build to the next.

    What cannot be read there is absent. Without a `clock` nothing is kept, and nothing written.
    """

    file: Path | None = None
    clock: Clock | None = None
    known: Mapping[bytes, bytes] = Factory(dict)
    _used: dict[bytes, bytes] = field(factory=dict, init=False)
    _ages: dict[int, int] = field(factory=dict, init=False)
    reads: int = field(default=0, init=False)

    @classmethod
    def load(cls, file: Path, clock: Clock | None = None) -> StatCache:
        return cls(file, clock, _parsed(file))

    def digest(self, path: bytes, seen: os.stat_result, folder: int | None = None) -> Content:
        """The sha256 of a file's content, as text; see `fact`."""
        return self.fact(b"", _sha256, path, seen, folder)

    def fact(
        self,
        name: bytes,
        find: Callable[[FileIO], bytes],
        path: bytes,
        seen: os.stat_result,
        folder: int | None = None,
    ) -> Content:
        """What `find` says of a file last seen as `seen`, without opening it if that is known.

        `path` is absolute; with `folder` its last name is opened in that descriptor's folder. The
        final link is never followed. Raises OSError and ChangedError.
        """
        key, stamp = name + path, stamp_of(seen)
        text = b"%d %d %d %d %d %d " % stamp
        known = self.known.get(key, b"")
        if known.startswith(text):
            self._used[key] = known
            return Content(known[len(text) :], stamp)
        return self._found(key, find, path, folder, seen.st_dev)

    def save(self) -> None:
        """Keep what was used since this was loaded, and nothing else."""
        if self.file is None or self.clock is None or self._used == self.known:
            return
        records = (field for record in self._used.items() for field in record)
        write_sealed(self.file, b"\0".join([HEADER, *records]))

    def _found(
        self,
        key: bytes,
        find: Callable[[FileIO], bytes],
        path: bytes,
        folder: int | None,
        device: int,
    ) -> Content:
        for _ in range(ATTEMPTS):
            age = self._age(device, path)
            before, value, after = _read(path, folder, find)
            self.reads += 1
            if before == after:
                if max(after[4], after[5]) < age:
                    self._used[key] = b"%d %d %d %d %d %d " % after + value
                return Content(value, after)
        raise ChangedError(os.fsdecode(path))

    def _age(self, device: int, path: bytes) -> int:
        """What a file's times must be older than; asked of each device once."""
        if self.clock is None:
            return 0
        if device not in self._ages:
            self._ages[device] = self.clock(device, path)
        return self._ages[device]


def _read(
    path: bytes, folder: int | None, find: Callable[[FileIO], bytes]
) -> tuple[Stamp, bytes, Stamp]:
    """Stamp before, value, stamp after."""
    name = path if folder is None else posixpath.basename(path)
    # Non-blocking: what was a file when it was listed may be a fifo by now.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with FileIO(os.open(name, flags, dir_fd=folder)) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise ChangedError(os.fsdecode(path))
        value = find(file)
        return stamp_of(before), value, stamp_of(os.fstat(file.fileno()))


def _sha256(file: FileIO) -> bytes:
    return hashlib.file_digest(file, "sha256").hexdigest().encode()


def _parsed(file: Path) -> Mapping[bytes, bytes]:
    try:
        header, *fields = read_sealed(file).split(b"\0")
    except (OSError, DamagedFileError):
        return {}
    if header != HEADER:
        return {}
    return dict(zip(fields[::2], fields[1::2], strict=True))


def device_clock(cache: Path) -> Clock:
    """The clock of real file systems: the time of an unnamed file, made and gone.

    It is made beside the file in question, in `cache` or in a folder for temporary files,
    whichever is on the device and may be written to.
    """

    def stamp(device: int, path: bytes) -> int:
        for folder in (posixpath.dirname(path), os.fsencode(cache), *SPARE_FOLDERS):
            made = _stamp_in(folder)
            if made is not None and made.st_dev == device:
                return min(made.st_mtime_ns, made.st_ctime_ns)
        return 0

    return stamp


def _stamp_in(folder: bytes) -> os.stat_result | None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return os.fstat(file.fileno())
    except OSError:
        return None
