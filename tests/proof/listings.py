"""A folder entry by entry, read by this module alone: what builds are compared by."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class Seen(NamedTuple):
    """What one name is: a letter, its bits, and its content's digest or target."""

    kind: str
    mode: int
    value: str = ""


class Listing(NamedTuple):
    """Every entry below a folder, and the groups of names that are one file."""

    entries: Mapping[str, Seen]
    links: frozenset[frozenset[str]]


def listing(folder: Path) -> Listing:
    entries: dict[str, Seen] = {}
    names: dict[tuple[int, int], set[str]] = defaultdict(set)
    for path in _paths(str(folder)):
        status, name = os.lstat(path), os.path.relpath(path, folder)
        entries[name] = _seen(path, status)
        if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            names[status.st_dev, status.st_ino].add(name)
    return Listing(entries, frozenset(frozenset(n) for n in names.values() if len(n) > 1))


def _paths(folder: str) -> Iterator[str]:
    for top, folders, files in os.walk(folder):
        yield from (os.path.join(top, name) for name in [*folders, *files])


def _seen(path: str, status: os.stat_result) -> Seen:
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISREG(status.st_mode):
        return Seen("f", mode, _digest(path))
    if stat.S_ISDIR(status.st_mode):
        return Seen("d", mode & ~stat.S_ISGID)
    if stat.S_ISLNK(status.st_mode):
        return Seen("l", 0o777, os.readlink(path))
    return Seen("p" if stat.S_ISFIFO(status.st_mode) else "s", mode)


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError:  # private to the jar, and we are not root
        return "closed"


def is_below(path: str, folders: tuple[str, ...]) -> bool:
    """At one of these folders or below it."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
