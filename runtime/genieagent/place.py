"""A folder that a workload can write to, as its agent reads and changes it: by descriptors.

No path is ever resolved through a symlink, so nothing that a workload plants or swaps leads the
agent out of the place. Paths of any length work.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from genieagent import kernel
from genieagent.trees import Path, split

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
PIN = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
# Not to block on a fifo that took a file's place.
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

SHARED_FOLDER = 0o2770
"""The bits of a home and of its root: the jar's and the manager's group's alone."""

_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
"""What a name says that is not there, below what is no folder, or below a symlink."""

_MAX_PIECE = 4000
"""Bytes of a path given to one call; the kernel takes less than 4,096 (PATH_MAX)."""


class Place:
    """Home or root by the descriptor of its folder; a context manager.

    Keeps the folder it was last asked for open, for what comes next is mostly beside it. One that
    is closed to its owner has the owner's bits as long.
    """

    def __init__(self, path: str):
        self.descriptor = _open_top(path)
        self._kept: tuple[Path, int, int | None] | None = None

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        self.forget()
        os.close(self.descriptor)

    def forget(self) -> None:
        """To be called when a folder has been removed or renamed."""
        if self._kept is not None:
            _leave(*self._kept[1:])
            self._kept = None

    def folder(self, path: Path) -> int:
        """The open folder at `path`, ours until the next call; raises OSError."""
        if not path:
            return self.descriptor
        if self._kept is None or self._kept[0] != path:
            opened = self._open_below_kept(path) or _open_folder(self.descriptor, path)
            self.forget()
            self._kept = path, *opened
        return self._kept[1]

    def _open_below_kept(self, path: Path) -> tuple[int, int | None] | None:
        """Who goes down 10,000 folders one by one must not begin at the top each time. None where
        that is no way, or none any more."""
        if self._kept is None or not path.startswith(self._kept[0] + b"/"):
            return None
        with suppress(OSError):
            return _entered(open_below(self._kept[1], path[len(self._kept[0]) + 1 :], FOLDER))
        return None

    def parent(self, path: Path) -> tuple[int, bytes]:
        """The open folder that holds `path`, and the last name; raises OSError."""
        folder, name = split(path)
        return self.folder(folder), name

    def look(self, path: Path) -> os.stat_result | None:
        """What is there, a symlink itself; None also where the way is no way of folders.

        Raises OSError where nobody can tell: what is not seen is taken for what is not there.
        """
        try:
            folder, name = self.parent(path)
            return os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise
            return None

    @contextmanager
    def reading(self, path: Path) -> Iterator[int]:
        """A regular file, whatever its mode; raises OSError."""
        folder, name = self.parent(path)
        with reading(folder, name) as descriptor:
            yield descriptor


def _open_top(path: str) -> int:
    """Who closes a home to its owner, as `chmod 0 .` or `chmod -w .` does, has not made it
    another's."""
    with pinned(None, os.fsencode(path), PIN | os.O_DIRECTORY) as pin:
        if os.fstat(pin).st_mode & stat.S_IRWXU != stat.S_IRWXU:
            set_mode(pin, SHARED_FOLDER)
        return os.open(".", FOLDER, dir_fd=pin)


def _open_folder(place: int, path: Path) -> tuple[int, int | None]:
    """As `open_whatever_its_mode`, and every folder on the way may be closed."""
    with suppress(PermissionError):
        return _entered(open_below(place, path, FOLDER))
    at, closed_mode = os.dup(place), None
    for name in path.split(b"/"):
        try:
            with pinned(at, name, PIN | os.O_DIRECTORY) as pin:
                inner = open_whatever_its_mode(pin)
        finally:
            _leave(at, closed_mode)
        at, closed_mode = inner
    return at, closed_mode


def _entered(folder: int) -> tuple[int, int | None]:
    """One that could be opened is still closed where it may be listed only (mode 0600)."""
    mode = stat.S_IMODE(os.fstat(folder).st_mode)
    if mode & stat.S_IXUSR:
        return folder, None
    try:
        set_mode(folder, mode | stat.S_IRWXU)
    except OSError:  # the manager's, not handed over yet
        os.close(folder)
        raise
    return folder, mode


def _leave(folder: int, closed_mode: int | None) -> None:
    if closed_mode is not None:
        os.fchmod(folder, closed_mode)
    os.close(folder)


def open_whatever_its_mode(pin: int) -> tuple[int, int | None]:
    """The pinned folder, and the mode it had where it had to be opened for its owner."""
    mode = stat.S_IMODE(os.fstat(pin).st_mode)
    if mode & 0o500 == 0o500:
        return os.open(".", FOLDER, dir_fd=pin), None
    set_mode(pin, mode | 0o700)
    return os.open(".", FOLDER, dir_fd=pin), mode


def open_below(folder: int, path: Path, flags: int) -> int:
    """A path of any length, without symlinks; raises OSError."""
    *ways, last = _pieces(path)
    at = os.dup(folder)
    try:
        for way in ways:
            inner = _open_piece(at, way, FOLDER)
            os.close(at)
            at = inner
        return _open_piece(at, last, flags)
    finally:
        os.close(at)


def _open_piece(folder: int, path: Path, flags: int) -> int:
    return kernel.open_beneath(folder, path, flags | os.O_NOFOLLOW)


def _pieces(path: Path) -> list[Path]:
    """As few as the kernel takes."""
    if len(path) < _MAX_PIECE:
        return [path]
    names = path.split(b"/")
    pieces = [names[0]]
    for name in names[1:]:
        if len(pieces[-1]) + len(name) < _MAX_PIECE:
            pieces[-1] += b"/" + name
        else:
            pieces.append(name)
    return pieces


@contextmanager
def reading(folder: int, name: bytes) -> Iterator[int]:
    """A regular file in a folder, for its owner whatever its mode.

    Raises FileNotFoundError where it is none any more, and OSError.
    """
    with _gone_if_changed(name):
        descriptor = _open_to_read(folder, name)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileNotFoundError(errno.ENOENT, "no file any more", os.fsdecode(name))
        yield descriptor
    finally:
        os.close(descriptor)


def _open_to_read(folder: int, name: bytes) -> int:
    try:
        return os.open(name, READ, dir_fd=folder)
    except PermissionError:
        with pinned(folder, name) as pin, opened_up(pin):
            return os.open(_again(pin), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def link_target(folder: int, name: bytes) -> bytes:
    """Raises FileNotFoundError where it is no symlink any more."""
    with _gone_if_changed(name):
        return os.readlink(name, dir_fd=folder)


@contextmanager
def _gone_if_changed(name: bytes) -> Iterator[None]:
    """What took the place of a file or a symlink shows by these: open(2), readlink(2)."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ELOOP, errno.ENXIO):
            raise FileNotFoundError(
                errno.ENOENT, "it changed meanwhile", os.fsdecode(name)
            ) from error
        raise


@contextmanager
def pinned(folder: int | None, name: bytes, flags: int = PIN) -> Iterator[int]:
    """An entry itself, be it a symlink, by an O_PATH descriptor: nothing can take its place."""
    pin = os.open(name, flags, dir_fd=folder)
    try:
        yield pin
    finally:
        os.close(pin)


@contextmanager
def opened_up(pin: int) -> Iterator[None]:
    """A file or folder with its owner's bits set meanwhile. A symlink has none."""
    status = os.fstat(pin)
    if stat.S_ISLNK(status.st_mode):
        yield
        return
    set_mode(pin, stat.S_IMODE(status.st_mode) | 0o700)
    try:
        yield
    finally:
        set_mode(pin, stat.S_IMODE(status.st_mode))


def set_mode(pin: int, mode: int) -> None:
    """chmod by a pin. A symlink has no mode: raises OSError."""
    if stat.S_ISLNK(os.fstat(pin).st_mode):
        raise OSError(0, "a symlink has no mode of its own")
    os.chmod(_again(pin), mode)  # noqa: PTH101 - a Path would only wrap it


def move(name: bytes, source: int, target: int) -> None:
    """Rename to the same name in another folder, for the owner whatever the modes: nothing can be
    moved out of a folder that may not be written to, nor such a folder, for its ".." changes.

    Raises OSError.
    """
    try:
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
    except PermissionError:
        with opened_up(source), pinned(source, name) as pin, opened_up(pin):
            os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)


def _again(pin: int) -> str:
    """A path that leads to what is pinned, whatever has its name now; proc_pid_fd(5)."""
    return f"/proc/self/fd/{pin}"
