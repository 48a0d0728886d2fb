"""The folder of a jar: its parts and their owners, how it is made, and how it is put aside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from genieagent.conditions import Conditions
from genieagent.folders import FOLDER, identity, opened
from genieagent.jar import SCRATCH, Role
from genieagent.place import SHARED_FOLDER
from genieagent.view import Places

_PLACES = ("home", "root")
_READABLE_PARTS = ("log", "backup")  # by the manager, who passes through the jar's folder
_PRIVATE_PARTS = ("tmp", "cache", SCRATCH)
_OTHERS_WRITE = 0o022
_WIPED = ".wiped-"
TRIAL = ".trial-"


class FolderError(Exception):
    """A folder is not as it must be; the text says which and how."""


@dataclass(frozen=True)
class Owners:
    """As the zygote sees them. `passable`: the workload walks through the jar's folder."""

    manager_uid: int
    manager_gid: int
    workload: int
    agent: int
    passable: bool

    @classmethod
    def of(cls, conditions: Conditions, number: int) -> Owners:
        """Raises ValueError for a jar number that has no ids."""
        ids = conditions.jar_ids(number)
        return cls(
            manager_uid=conditions.manager_uid,
            manager_gid=conditions.manager_gid,
            workload=ids.workload,
            agent=ids.agent,
            passable=not conditions.has_namespaces,
        )


@contextmanager
def open_jars(path: str, owner: int) -> Iterator[int]:
    """The folder that holds the jars' folders; raises FolderError where another user changes it."""
    folder = os.open(path, FOLDER)
    try:
        found = os.fstat(folder)
        if found.st_uid != owner or found.st_mode & _OTHERS_WRITE:
            raise FolderError(f"{path} can be changed by others than user {owner}")
        yield folder
    finally:
        os.close(folder)


def make_jar_folder(jars: int, jars_path: str, name: str, role: Role, owners: Owners) -> Places:
    """Make what is missing of a jar's folder.

    Raises FolderError where its home belongs to another jar's id.
    """
    mode = 0o771 if owners.passable else 0o770
    with _made(name, jars, mode, owners.manager_uid, owners.manager_gid) as folder:
        os.fchmod(folder, mode)  # it may have been made in another situation
        for part in _PLACES:
            _make_part(part, folder, SHARED_FOLDER, name, owners)
        for part in _READABLE_PARTS:
            _make_part(part, folder, 0o2750, name, owners)
        for part in _PRIVATE_PARTS:
            _make_part(part, folder, 0o700, name, owners)
        home = "root" if role == "build" and not owners.passable else "home"
        return Places(
            folder=f"{jars_path}/{name}",
            home=f"{jars_path}/{name}/{home}",
            folder_identity=identity(os.fstat(folder)),
            home_identity=identity(os.stat(home, dir_fd=folder, follow_symlinks=False)),
        )


def _make_part(part: str, folder: int, mode: int, name: str, owners: Owners) -> None:
    with _made(part, folder, mode, owners.workload, owners.manager_gid) as made:
        if os.fstat(made).st_uid != owners.workload:
            raise FolderError(f"{name}/{part} belongs to another jar's user")


@contextmanager
def _made(name: str, parent: int, mode: int, uid: int, gid: int) -> Iterator[int]:
    """Opened, or made first. Of one that was there the owner and mode stay as they are."""
    try:
        os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        _make_whole(name, parent, mode, uid, gid)
    with opened(name, parent) as folder:
        yield folder


def _make_whole(name: str, parent: int, mode: int, uid: int, gid: int) -> None:
    """Under its name only when it has owner and mode; what a crash left is used again."""
    unfinished = f".new-{name}"
    with suppress(FileExistsError):
        os.mkdir(unfinished, 0o700, dir_fd=parent)
    with opened(unfinished, parent) as folder:
        os.fchown(folder, uid, gid)
        os.fchmod(folder, mode)
    os.rename(unfinished, name, src_dir_fd=parent, dst_dir_fd=parent)


def put_aside(jars: int, name: str) -> str | None:
    """Rename a jar's folder out of its tenant's reach, to be emptied at leisure.

    The new name comes back, None where there was no such jar.
    """
    aside = f"{_WIPED}{os.urandom(8).hex()}"
    os.mkdir(aside, 0o700, dir_fd=jars)
    try:
        with opened(aside, jars) as closed:
            os.rename(name, name, src_dir_fd=jars, dst_dir_fd=closed)
    except FileNotFoundError:
        os.rmdir(aside, dir_fd=jars)
        return None
    return aside


def left_aside(jars: int) -> list[str]:
    """What an earlier zygote put aside, or made for a trial, and did not remove."""
    return [name for name in os.listdir(jars) if name.startswith((_WIPED, TRIAL))]
