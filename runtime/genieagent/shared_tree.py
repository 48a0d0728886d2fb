"""Keeps a shared folder usable from both sides where the jar's id is another one than on disk.

Everything in it has an entry for the jar in its access control list, folders also in the list for
what will be made in them; what the jar has made becomes the manager's. The jar may be changing the
tree meanwhile: each entry is pinned before it is looked at.
"""

# ruff: noqa: PTH208 - pathlib knows no descriptors.

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from genieagent import acl, syscalls
from genieagent.acl import Acl
from genieagent.handover import every_folder
from genieagent.jar_folder import Owners

_ABSENT = (errno.ENODATA, errno.ENOTSUP)
Edit = Callable[[Acl, str, int], Acl]
"""From a list, its name and the permissions that the entry's kind may have."""


def settle(folder: int, owners: Owners, *, writable: bool) -> int:
    """How many entries became the manager's.

    Raises OSError where the file system has no lists, FolderError where the way back was lost.
    """
    allowed = acl.READ | acl.EXECUTE | (acl.WRITE if writable else 0)

    def grant(found: Acl, name: str, kind: int) -> Acl:
        granted = found.with_user(owners.workload, kind & allowed)
        # What the jar will make there is the jar's at first.
        return granted.with_user(owners.manager_uid, kind) if name == acl.DEFAULT else granted

    return sum(_treat(pin, owners, grant) for pin in _entries(folder))


def revoke(folder: int, owners: Owners) -> int:
    """As if it had never been shared; what the jar has made stays, and is the manager's."""

    def forget(found: Acl, _name: str, _kind: int) -> Acl:
        return found.without_user(owners.manager_uid).without_user(owners.workload)

    return sum(_treat(pin, owners, forget) for pin in _entries(folder))


def _entries(root: int) -> Iterator[int]:
    """The top, then each entry below it, as a descriptor without rights, open for that moment."""
    for folder in every_folder(root):
        if os.path.samestat(os.fstat(folder), os.fstat(root)):
            with _pinned(".", folder) as top:
                yield top
        for name in os.listdir(folder):
            with suppress(FileNotFoundError), _pinned(name, folder) as pin:
                yield pin


@contextmanager
def _pinned(name: str, folder: int) -> Iterator[int]:
    pin = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        yield pin
    finally:
        os.close(pin)


def _treat(pin: int, owners: Owners, edit: Edit) -> bool:
    """Whether it was the jar's. What is neither's is left alone, and so is what may have a second
    name elsewhere."""
    found = os.fstat(pin)
    is_only_name = stat.S_ISDIR(found.st_mode) or found.st_nlink == 1
    is_jars = found.st_uid == owners.workload and is_only_name
    try:
        if is_jars:
            syscalls.fchown_empty_path(pin, owners.manager_uid, owners.manager_gid)
        if (is_jars or found.st_uid == owners.manager_uid) and not stat.S_ISLNK(found.st_mode):
            _edit(pin, found.st_mode, edit)
    except PermissionError:  # of a group that an ordinary user's namespace does not know
        return False
    return is_jars


def _edit(pin: int, mode: int, edit: Edit) -> None:
    is_folder = stat.S_ISDIR(mode)
    may_execute = is_folder or mode & 0o111
    kind = acl.READ | acl.WRITE | (acl.EXECUTE if may_execute else 0)
    _edit_list(pin, acl.ACCESS, mode, kind, edit)
    if is_folder:
        _edit_list(pin, acl.DEFAULT, mode, kind, edit)


def _edit_list(pin: int, name: str, mode: int, kind: int, edit: Edit) -> None:
    path = f"/proc/self/fd/{pin}"
    before = _read(path, name)
    wanted = edit(acl.parse(before) if before else acl.of_mode(mode), name, kind)
    if wanted.is_minimal and not before:
        return
    if wanted.is_minimal and name == acl.DEFAULT:
        os.removexattr(path, name)
    elif acl.as_bytes(wanted) != before:
        os.setxattr(path, name, acl.as_bytes(wanted))


def _read(path: str, name: str) -> bytes:
    try:
        return os.getxattr(path, name)
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        return b""
