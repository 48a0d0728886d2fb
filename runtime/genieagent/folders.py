"""Folders opened and emptied, always through descriptors.

Whoever calls may have more rights than whoever owns what lies below, so no path is ever resolved
twice: a folder is opened by one name from its parent's descriptor, never through a symlink.
Loops, not recursion: a home may hold 10,000 nested folders. What somebody has mounted in one is not
the jar's, and is never entered.
"""

# ruff: noqa: PTH208 - pathlib knows no descriptors.

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from genieagent import kernel
from genieagent.isolation import Identity

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOUNTED = (errno.EXDEV, errno.EBUSY)
"""Of a mount point: from openat2(2) with RESOLVE_NO_XDEV, from unlink(2) and rename(2)."""


class MountPointError(OSError):
    """Something is mounted on what is to be removed; `filename` is where."""

    def __init__(self, path: str):
        super().__init__(errno.EBUSY, "a mount point, left as it is", path)


@contextmanager
def opened(name: str, parent: int | None = None) -> Iterator[int]:
    """A folder's descriptor; raises OSError, ELOOP or ENOTDIR where a symlink took its place."""
    folder = os.open(name, FOLDER, dir_fd=parent)
    try:
        yield folder
    finally:
        os.close(folder)


def remove_folder(parent: int, name: str) -> None:
    """With all that is in it. Nobody else may be changing it.

    Raises MountPointError where something is mounted in it; what was found before that is gone.
    """
    with suppress(FileNotFoundError), _opened_at_any_mode(name, parent) as folder:
        _empty(folder)
        os.rmdir(name, dir_fd=parent)


def _empty(folder: int) -> None:
    """Depth costs nothing: what a subfolder holds is moved up before the subfolder goes."""
    while names := os.listdir(folder):
        for name in names:
            if _is_folder(name, folder):
                _move_up_and_remove(name, folder)
            else:
                _unlink(name, folder)


def remove_any(parent: int, name: str) -> None:
    """A file, or a folder with all that is in it; raises MountPointError as that does."""
    if _is_folder(name, parent):
        remove_folder(parent, name)
    else:
        _unlink(name, parent)


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


def _unlink(name: str, parent: int) -> None:
    with _naming_mount(name, parent):
        os.unlink(name, dir_fd=parent)


def _move_up_and_remove(name: str, parent: int) -> None:
    with _opened_at_any_mode(name, parent) as folder:
        for inner in os.listdir(folder):
            if _is_folder(inner, folder):
                with _opened_at_any_mode(inner, folder), _naming_mount(inner, folder):
                    fresh = f".moved-{os.urandom(8).hex()}"
                    os.rename(inner, fresh, src_dir_fd=folder, dst_dir_fd=parent)
            else:
                _unlink(inner, folder)
    os.rmdir(name, dir_fd=parent)


@contextmanager
def _opened_at_any_mode(name: str, parent: int) -> Iterator[int]:
    """Without capabilities even an owner may not read, empty or move a folder of mode 0."""
    with _naming_mount(name, parent):
        flags = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW
        pinned = kernel.open_beneath(parent, os.fsencode(name), flags, crosses_mounts=False)
    try:
        if os.fstat(pinned).st_mode & 0o700 != 0o700:
            os.chmod(f"/proc/self/fd/{pinned}", 0o700)  # noqa: PTH101
        with opened(".", pinned) as folder:
            yield folder
    finally:
        os.close(pinned)


@contextmanager
def _naming_mount(name: str, parent: int) -> Iterator[None]:
    """By the path that it has now: what is removed has been moved before."""
    try:
        yield
    except OSError as error:
        if error.errno in _MOUNTED:
            folder = os.readlink(f"/proc/self/fd/{parent}")  # noqa: PTH115
            raise MountPointError(f"{folder}/{name}") from error
        raise


def identity(found: os.stat_result) -> Identity:
    return Identity(found.st_dev, found.st_ino)
