"""The files of a cache: what is there, how much room it takes, when it was last used."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from attrs import frozen

from jarbuild.cache.sealed import PARTIAL

KINDS = ("layers", "objects", "records", "history", "stamps", "parses")
MEMORIES = ("history", "stamps", "parses")
"""What is kept of one JFile, under the same name; it only saves time and explains."""

NEVER_OLD = 1 << 63


class StoredFile(NamedTuple):
    """`size` is in bytes on disk, `used` the time of its last use in ns."""

    path: Path
    size: int
    used: int

    @property
    def is_partial(self) -> bool:
        """Half written: by a build that is running, or was killed."""
        return self.path.name.startswith(PARTIAL)


@frozen
class Usage:
    """Bytes on disk and number of entries, by kind; a layer's two files are one."""

    bytes: Mapping[str, int]
    entries: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.bytes.values())


def usage(folder: Path) -> Usage:
    """What a store's folder takes on disk."""
    found = {kind: list(stored_files(folder / kind)) for kind in KINDS}
    return Usage(
        {kind: sum(file.size for file in files) for kind, files in found.items()},
        {kind: len({file.path.stem for file in files}) for kind, files in found.items()},
    )


def stored_files(folder: Path) -> Iterator[StoredFile]:
    """All below a folder, sorted by name; nothing where there is none."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from stored_files(Path(entry.path))
        else:
            yield stored_file(Path(entry.path))


def stored_file(path: Path) -> StoredFile:
    """One that a build has just renamed or dropped has no size, and was used just now."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return StoredFile(path, 0, NEVER_OLD)
    return StoredFile(path, status.st_blocks * 512, status.st_mtime_ns)
