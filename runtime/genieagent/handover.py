"""Hands to a jar what its manager made in the home, by a walk that nobody can lead astray.

The jar may be running, and move folders while the walk is in them. Every entry is pinned before it
is changed, and the way up is checked, so nothing outside the home is ever changed; nor is what
somebody has mounted in it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from genieagent import kernel, syscalls
from genieagent.folders import FOLDER, identity, opened
from genieagent.isolation import Identity
from genieagent.jar_folder import FolderError, Owners


@dataclass
class _Descent:
    """A walk down a tree that may be changing: one open folder, and the way back to it by identity.

    Going up is by "..", checked, so depth costs no descriptors.
    """

    folder: int
    way: list[tuple[Identity, list[str]]]
    crosses_mounts: bool


def hand_over(jars: int, name: str, owners: Owners) -> int:
    """Give the jar what the manager made in its home; how many entries comes back.

    Files with a second name stay the manager's: that name may lie outside. Raises FolderError
    where the tree changed so that the way back was lost.
    """
    if owners.workload == owners.manager_uid:
        return 0
    with opened(name, jars) as folder, opened("home", folder) as home:
        folders = every_folder(home, crosses_mounts=False)
        return sum(_hand_over_inside(at, owners) for at in folders)


def _hand_over_inside(folder: int, owners: Owners) -> int:
    return sum(_hand_over_entry(name, folder, owners) for name in os.listdir(folder))


def _hand_over_entry(name: str, folder: int, owners: Owners) -> bool:
    flags = os.O_PATH | os.O_NOFOLLOW
    try:
        # Nearly all are the jar's own, and pinning takes several calls.
        if os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid != owners.manager_uid:
            return False
        pinned = kernel.open_beneath(folder, os.fsencode(name), flags, crosses_mounts=False)
    except OSError:
        return False  # gone since it was listed, or a mount point
    try:
        found = os.fstat(pinned)
        is_only_name = stat.S_ISDIR(found.st_mode) or found.st_nlink == 1
        if found.st_uid != owners.manager_uid or not is_only_name:
            return False
        syscalls.fchown_empty_path(pinned, owners.workload, owners.manager_gid)
        return True
    finally:
        os.close(pinned)


def every_folder(root: int, *, crosses_mounts: bool = True) -> Iterator[int]:
    """The open descriptor of each folder of a tree, a parent before what is in it."""
    descent = _Descent(os.dup(root), [], crosses_mounts)
    try:
        yield descent.folder
        descent.way.append((identity(os.fstat(descent.folder)), _subfolders(descent.folder)))
        while descent.way:
            _, names = descent.way[-1]
            if not names:
                _go_up(descent)
            elif _go_down(descent, names.pop()):
                yield descent.folder
                found = identity(os.fstat(descent.folder)), _subfolders(descent.folder)
                descent.way.append(found)
    finally:
        os.close(descent.folder)


def _subfolders(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]


def _go_down(descent: _Descent, name: str) -> bool:
    crosses = descent.crosses_mounts
    try:
        inner = kernel.open_beneath(
            descent.folder, os.fsencode(name), FOLDER, crosses_mounts=crosses
        )
    except OSError:
        return False  # removed or replaced since it was listed, or a mount point
    os.close(descent.folder)
    descent.folder = inner
    return True


def _go_up(descent: _Descent) -> None:
    descent.way.pop()
    if descent.way:
        above = os.open("..", FOLDER, dir_fd=descent.folder)
        os.close(descent.folder)
        descent.folder = above
        if identity(os.fstat(above)) != descent.way[-1][0]:
            raise FolderError("a folder was moved while its home was handed over")
