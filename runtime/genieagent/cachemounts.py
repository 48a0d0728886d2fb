"""Folders that are kept between RUNs: moved into the place before one, and out of it after.

A rename each way, so it works with and without namespaces. What is moved is noted first; a note
left by a crash is undone by whoever opens the place next.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from genieagent import folders, locks
from genieagent.failures import RequestFailedError
from genieagent.layout import Layout
from genieagent.locks import LockedError
from genieagent.place import FOLDER, Place
from genieagent.sealed import read_sealed, remove_sealed, write_sealed
from genieagent.trees import Path, join

_MODE = 0o2775


@dataclass(frozen=True)
class Mount:
    """`cache` is a folder below cache/, `inode` its own, `made` folders that lead to the target
    and were not there. What was at the target waits beside the caches meanwhile."""

    cache: str
    target: Path
    inode: int
    made: tuple[Path, ...]

    @property
    def shadow(self) -> str:
        return f".shadow-of-{self.cache}"

    def to_json(self) -> list[Any]:
        made = [os.fsdecode(path) for path in self.made]
        return [self.cache, os.fsdecode(self.target), self.inode, made]

    @classmethod
    def from_json(cls, row: list[Any]) -> Mount:
        return cls(row[0], os.fsencode(row[1]), row[2], tuple(map(os.fsencode, row[3])))


@contextmanager
def mounted(layout: Layout, wanted: Iterable[Mapping[str, str]]) -> Iterator[None]:
    """While something runs in the place; raises RequestFailedError."""
    requests = sorted((os.fsencode(m["target"]), m["id"]) for m in wanted)
    if not requests:
        yield
        return
    with locks.held(layout.mounts_lock), _Mounting(layout) as mounting:
        try:
            mounting.move_in(requests)
            yield
        finally:
            mounting.move_out()


def recover(layout: Layout) -> None:
    """Undo what a crash has left; nothing where a RUN has its folders mounted just now."""
    if layout.mounts.exists():
        with (
            suppress(LockedError),
            locks.held_at_once(layout.mounts_lock),
            _Mounting(layout) as mounting,
        ):
            mounting.move_out()


class _Mounting:
    """The place and the folder of caches, open; nothing is resolved through a symlink."""

    def __init__(self, layout: Layout):
        self._note = layout.mounts
        self._place = Place(layout.place(layout.shown))
        self._caches = os.open(layout.cache, FOLDER)

    def __enter__(self) -> _Mounting:
        return self

    def __exit__(self, *_: object) -> None:
        self._place.__exit__()
        os.close(self._caches)

    def move_in(self, requests: Iterable[tuple[Path, str]]) -> None:
        mounts: list[Mount] = []
        for target, cache in requests:
            try:
                mounts.append(self._plan(cache, target))
                write_sealed(self._note, [mount.to_json() for mount in mounts])
                self._move_in(mounts[-1])
            except OSError as error:
                name = os.fsdecode(target)
                raise RequestFailedError(
                    "mount", f"cannot mount a cache at {name}: {error.strerror}"
                ) from error

    def move_out(self) -> None:
        for row in reversed(read_sealed(self._note) or []):
            self._move_out(Mount.from_json(row))
        remove_sealed(self._note)

    def _plan(self, cache: str, target: Path) -> Mount:
        with suppress(FileExistsError):
            os.mkdir(cache, 0o700, dir_fd=self._caches)
            os.chmod(cache, _MODE, dir_fd=self._caches)
        inode = os.stat(cache, dir_fd=self._caches, follow_symlinks=False).st_ino
        return Mount(cache, target, inode, tuple(self._missing(target)))

    def _missing(self, target: Path) -> Iterator[Path]:
        at = b""
        for name in target.split(b"/")[:-1]:
            at = join(at, name)
            if self._place.look(at) is None:
                yield at

    def _move_in(self, mount: Mount) -> None:
        for path in mount.made:
            parent, name = self._place.parent(path)
            os.mkdir(name, _MODE, dir_fd=parent)
        parent, name = self._place.parent(mount.target)
        if self._place.look(mount.target) is not None:
            os.rename(name, mount.shadow, src_dir_fd=parent, dst_dir_fd=self._caches)
        os.rename(mount.cache, name, src_dir_fd=self._caches, dst_dir_fd=parent)

    def _move_out(self, mount: Mount) -> None:
        """Tells by the inode what the command has left; what it has put in the cache's place is
        its result. A cache that it has moved elsewhere stays there."""
        self._place.forget()
        there = self._place.look(mount.target)
        # A folder: a file may have got the number of a cache that was removed.
        if there is not None and there.st_ino == mount.inode and stat.S_ISDIR(there.st_mode):
            parent, name = self._place.parent(mount.target)
            os.rename(name, mount.cache, src_dir_fd=parent, dst_dir_fd=self._caches)
            there = None
        self._bring_back_shadow(mount, is_free=there is None)
        for path in reversed(mount.made):
            self._remove_if_empty(path)

    def _bring_back_shadow(self, mount: Mount, *, is_free: bool) -> None:
        try:
            os.stat(mount.shadow, dir_fd=self._caches, follow_symlinks=False)
        except FileNotFoundError:
            return
        if is_free:
            with suppress(OSError):  # the folder that it was in is gone
                parent, name = self._place.parent(mount.target)
                os.rename(mount.shadow, name, src_dir_fd=self._caches, dst_dir_fd=parent)
                return
        folders.remove_any(self._caches, mount.shadow)

    def _remove_if_empty(self, path: Path) -> None:
        self._place.forget()
        with suppress(OSError):
            parent, name = self._place.parent(path)
            os.rmdir(name, dir_fd=parent)
