"""Walks down a tree of folders with one open descriptor, however deep it is.

Going up is by "..", and checked: a folder that a workload moves meanwhile ends the walk instead of
leading it elsewhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from genieagent.place import FOLDER, PIN, open_whatever_its_mode, pinned, set_mode
from genieagent.trees import Path, join, split


class MovedError(OSError):
    """The tree changed while it was walked, so that the way back was lost."""


class Visit(NamedTuple):
    """A folder on the walk: its path, its descriptor until the next one, what is in it by name.

    A visitor who changes an entry puts its new status in, or takes it out.
    """

    path: Path
    descriptor: int
    entries: dict[bytes, os.stat_result]


@dataclass
class _Level:
    identity: tuple[int, int]
    closed_mode: int | None  # to be put back behind us
    subfolders: list[Path] = field(default_factory=list)  # still to be visited


def walk(folder: int) -> Iterator[Visit]:
    """Every folder from `folder` on, each before what is in it; raises OSError."""
    climb = _Climb(os.open(".", FOLDER, dir_fd=folder))
    try:
        yield from climb.visit(b"")
        while climb.levels:
            subfolders = climb.levels[-1].subfolders
            if not subfolders:
                climb.go_up()
            elif climb.go_down(path := subfolders.pop()):
                yield from climb.visit(path)
    finally:
        climb.leave()


@dataclass
class _Climb:
    descriptor: int
    levels: list[_Level] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._arrive(None)

    def visit(self, path: Path) -> Iterator[Visit]:
        visit = Visit(path, self.descriptor, _entries(self.descriptor))
        yield visit
        # Only now: the visitor may have changed what is there.
        folders = (name for name, found in visit.entries.items() if stat.S_ISDIR(found.st_mode))
        self.levels[-1].subfolders += [join(path, name) for name in sorted(folders, reverse=True)]

    def go_down(self, path: Path) -> bool:
        """False where there is no folder any more."""
        try:
            with pinned(self.descriptor, split(path)[1], PIN | os.O_DIRECTORY) as pin:
                inner, closed_mode = open_whatever_its_mode(pin)
        except (FileNotFoundError, NotADirectoryError):
            return False
        os.close(self.descriptor)
        self.descriptor = inner
        self._arrive(closed_mode)
        return True

    def go_up(self) -> None:
        left = self.levels.pop()
        # A pin is enough to go on from, and Landlock, which asks every folder above about what is
        # opened, minds none.
        flags = PIN | os.O_DIRECTORY
        above = os.open("..", flags, dir_fd=self.descriptor) if self.levels else None
        if left.closed_mode is not None:
            set_mode(self.descriptor, left.closed_mode)
        if above is not None:
            os.close(self.descriptor)
            self.descriptor = above
            if _identity(above) != self.levels[-1].identity:
                raise MovedError(0, "a folder was moved while it was read")

    def leave(self) -> None:
        """Wherever we are: put back what is above."""
        with suppress(OSError):
            while self.levels:
                self.go_up()
        os.close(self.descriptor)

    def _arrive(self, closed_mode: int | None) -> None:
        self.levels.append(_Level(_identity(self.descriptor), closed_mode))


def _identity(folder: int) -> tuple[int, int]:
    status = os.fstat(folder)
    return status.st_dev, status.st_ino


def _entries(folder: int) -> dict[bytes, os.stat_result]:
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # gone since it was listed
                found[os.fsencode(entry.name)] = entry.stat(follow_symlinks=False)
    return found
