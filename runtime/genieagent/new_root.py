"""The root of a jar, built from parts of the machine's and entered: a walker's steps for it.

Only between `begin_root` and `enter_root`; the working folder is the new root meanwhile. Everything
raises OSError.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genieagent import syscalls
from genieagent.isolation import (
    Attach,
    BeginRoot,
    Bind,
    EnterRoot,
    MakeDirectory,
    MakeSymlink,
    MakeText,
    Mount,
    MountFlags,
)

# The new root is laid over /proc until it is entered: a folder that every machine has, and the
# only one that is never the source of something shown in a jar.
_STAGE = "/proc"

_ATTRIBUTES = {
    "ro": syscalls.MOUNT_ATTR_RDONLY,
    "nosuid": syscalls.MOUNT_ATTR_NOSUID,
    "nodev": syscalls.MOUNT_ATTR_NODEV,
    "noexec": syscalls.MOUNT_ATTR_NOEXEC,
}


def begin_root(operation: BeginRoot) -> None:
    syscalls.mount_setattr(syscalls.AT_FDCWD, path="/", propagation=syscalls.MS_PRIVATE)
    attributes = syscalls.MOUNT_ATTR_NOSUID | syscalls.MOUNT_ATTR_NODEV
    root = syscalls.new_file_system("tmpfs", {"mode": "0755"}, attributes)
    syscalls.move_mount(root, _STAGE)
    os.close(root)
    os.chdir(_STAGE)


def enter_root(operation: EnterRoot) -> None:
    read_only = syscalls.MOUNT_ATTR_RDONLY
    syscalls.mount_setattr(syscalls.AT_FDCWD, read_only, path=".", recursive=False)
    # Both names are the same folder: the old root then lies on top of the new one, where
    # umount finds it.
    syscalls.pivot_root(".", ".")
    syscalls.detach_mount(".")
    os.chdir("/")


def make_directory(operation: MakeDirectory) -> None:
    folder = _staged(operation.target)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(operation.mode)


def make_text(operation: MakeText) -> None:
    _with_parent(operation.target).write_bytes(operation.content)


def make_symlink(operation: MakeSymlink) -> None:
    _with_parent(operation.target).symlink_to(operation.to)


def bind(operation: Bind) -> None:
    with _file_rights_of(operation.seeker):
        tree = syscalls.open_tree(operation.source)
    found = os.fstat(tree)
    if operation.identity not in (None, (found.st_dev, found.st_ino)):
        raise OSError(0, "another file took its place", operation.source)
    syscalls.mount_setattr(tree, _attributes(operation.flags))
    if stat.S_ISDIR(found.st_mode):
        _staged(operation.target).mkdir(parents=True, exist_ok=True)
    else:
        _with_parent(operation.target).touch(mode=0o644)
    _attach(tree, operation.target)


@contextmanager
def _file_rights_of(seeker: tuple[int, int] | None) -> Iterator[None]:
    """setfsuid(2): what may be looked up is what they may; mounting stays our right."""
    if seeker is None:
        yield
        return
    uid, gid = seeker
    syscalls.set_file_ids(uid, gid)
    try:
        yield
    finally:
        syscalls.set_file_ids(os.geteuid(), os.getegid())


def attach(operation: Attach) -> None:
    syscalls.mount_setattr(operation.mount, _attributes(operation.flags))
    _staged(operation.target).mkdir(parents=True, exist_ok=True)
    _attach(operation.mount, operation.target)


def mount(operation: Mount) -> None:
    _staged(operation.target).mkdir(parents=True, exist_ok=True)
    options, attributes = dict(operation.options), _attributes(operation.flags)
    _attach(syscalls.new_file_system(operation.kind, options, attributes), operation.target)


def _attach(mount: int, target: str) -> None:
    try:
        syscalls.move_mount(mount, str(_staged(target)))
    finally:
        os.close(mount)


def _staged(target: str) -> Path:
    """Relative: the working folder is the root that is being made."""
    return Path(target.removeprefix("/"))


def _with_parent(target: str) -> Path:
    path = _staged(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _attributes(flags: MountFlags) -> int:
    return sum(_ATTRIBUTES[flag] for flag in flags)


STEPS = (begin_root, enter_root, make_directory, make_text, make_symlink, bind, attach, mount)
"""One for each kind of operation, as its annotation says."""
