"""Whether only root can change what a path leads to. Pure: it is asked of a survey."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

_OTHERS_PASS = 0o001
_MOST_LINKS = 40  # path_resolution(7)


@frozen
class Found:
    """What lies at a path, itself and not what a symlink leads to."""

    uid: int
    gid: int
    mode: int
    target: str | None = None  # of a symlink

    @property
    def is_roots(self) -> bool:
        """A group's right to write is root's group's at most. A link's own mode says nothing."""
        if self.uid != 0:
            return False
        group_writes = self.mode & stat.S_IWGRP and self.gid != 0
        return self.target is not None or not (group_writes or self.mode & stat.S_IWOTH)


Look = Callable[[Path], Found | None]
"""What is there; None where nothing is."""


def untrusted_part(path: Path, look: Look) -> Path | None:
    """The first part of an absolute path that others than root can change, links followed.

    What does not exist yet is nobody's, and root's to make.
    """
    waiting, links, here = list(path.parts[1:]), 0, Path("/")
    while (found := look(here)) is not None:
        if not found.is_roots:
            return here
        if found.target is not None:
            links += 1
            if links > _MOST_LINKS:
                return here
            target = Path(found.target)
            waiting[:0] = [part for part in target.parts if part != "/"]
            here = Path("/") if target.is_absolute() else here.parent
        elif waiting:
            part = waiting.pop(0)
            here = here.parent if part == ".." else here / part
        else:
            return None
    return None


def closed_part(path: Path, look: Look) -> Path | None:
    """The first folder above a path that not everybody may pass."""
    for folder in (*reversed(path.parents), path):
        found = look(folder)
        if found is not None and found.target is None and not found.mode & _OTHERS_PASS:
            return folder
    return None
