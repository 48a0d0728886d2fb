"""What a file or folder of the manager's holds, as a tree's entry; unchanged files are not read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

from attrs import Factory, define, field

from geniejars import Digest, Entry, Folder, Forest, Source, join, shared_mode
from jarbuild.descent import Descent
from jarbuild.ignore import Filter
from jarbuild.stamps import ChangedError, StatCache

NEVER_COPIED = frozenset({".geniejars-selected"})
"""Says which jar is used from this folder: a fact of the manager's, not of the project."""

Unreadable = Callable[[bytes, OSError], Digest]
"""Called with a path and why it cannot be read; raises, or gives the digest to put there."""

Filters = tuple[Filter, ...]


@define
class Snapshots:
    """Takes snapshots into a forest, one after the other; raises OSError and ChangedError.

    `sources` tells where each file's content lies; `left_out` names sockets, fifos and devices.
    `chmod` replaces the bits of files; folders get it too, with search where it lets read.
    """

    forest: Forest
    stamps: StatCache
    unreadable: Unreadable
    chmod: int | None = None
    sources: dict[Digest, Source] = Factory(dict)
    left_out: list[bytes] = Factory(list)

    def file(
        self,
        path: bytes,
        seen: os.stat_result,
        folder: int | None = None,
        *,
        is_private: bool = False,
    ) -> Entry:
        """A file that is no symlink, opened in `folder` if that is given."""
        mode = self.mode(seen, is_private=is_private)
        try:
            value, stamp = self.stamps.digest(path, seen, folder)
        except PermissionError as error:
            return Entry("file", mode, self.unreadable(path, error), seen.st_size)
        digest = value.decode()
        self.sources[digest] = Source(path, stamp)
        return Entry("file", mode, digest, stamp[3])

    def folder(self, path: bytes, mode: int, filters: Filters = ()) -> Entry:
        """A folder, with these bits, and all that is in it but what the filters leave out."""
        try:
            descent = Descent(path)
        except PermissionError as error:
            return Entry("folder", mode, self.unreadable(path, error))
        with descent:
            return _Walk(self, descent).entry(_Level(b"", path, mode, filters))

    def mode(self, seen: os.stat_result, *, is_private: bool = False) -> int:
        """The bits an entry gets; below a private folder they stay as they are."""
        is_folder = stat.S_ISDIR(seen.st_mode)
        mode = stat.S_IMODE(seen.st_mode) if self.chmod is None else self.chmod
        if self.chmod is not None and is_folder:
            mode |= (mode & 0o444) >> 2
        if is_private:
            return mode & ~0o2000 if is_folder else mode
        return shared_mode("folder" if is_folder else "file", mode)


@define
class _Level:
    """A folder on the way down: what was found in it, and which of its folders are still to do."""

    name: bytes
    path: bytes
    mode: int
    filters: Filters
    is_private: bool = False
    is_left_out: bool = False  # kept only if something in it is taken back in
    entries: Folder = field(factory=dict)
    pending: list[tuple[bytes, os.stat_result, bool]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.is_private = self.is_private or not self.mode & 0o077


@define
class _Walk:
    """Through one folder, what lies deepest first; a loop, as there may be 10,000 levels."""

    snapshots: Snapshots
    descent: Descent
    levels: list[_Level] = field(factory=list)

    def entry(self, top: _Level) -> Entry:
        self._begin(top)
        while True:
            if self.levels[-1].pending:
                self._go_down()
                continue
            done = self.levels.pop()
            entry = Entry("folder", done.mode, self.snapshots.forest.add(done.entries))
            if not self.levels:
                return entry
            self.descent.leave()
            if done.entries or not done.is_left_out:
                self.levels[-1].entries[done.name] = entry

    def _begin(self, level: _Level) -> None:
        self.levels.append(level)
        for name, seen in _listing(self.descent.fd):
            is_left_out = any(f.leaves_out(name) for f in level.filters)
            if stat.S_ISDIR(seen.st_mode):
                if not any(f.is_closed(name) for f in level.filters):
                    level.pending.append((os.fsencode(name), seen, is_left_out))
            elif not is_left_out and name not in NEVER_COPIED:
                self._add(level, os.fsencode(name), seen)

    def _go_down(self) -> None:
        above = self.levels[-1]
        name, seen, is_left_out = above.pending.pop()
        path = join(above.path, name)
        mode = self.snapshots.mode(seen, is_private=above.is_private)
        try:
            self.descent.enter(name)
        except PermissionError as error:
            above.entries[name] = Entry("folder", mode, self.snapshots.unreadable(path, error))
            return
        filters = tuple(f.below(os.fsdecode(name)) for f in above.filters)
        self._begin(_Level(name, path, mode, filters, above.is_private, is_left_out))

    def _add(self, level: _Level, name: bytes, seen: os.stat_result) -> None:
        path, fd = join(level.path, name), self.descent.fd
        if stat.S_ISREG(seen.st_mode):
            entry = self.snapshots.file(path, seen, fd, is_private=level.is_private)
            level.entries[name] = entry
        elif stat.S_ISLNK(seen.st_mode):
            target = os.readlink(name, dir_fd=fd)
            level.entries[name] = Entry("symlink", 0o777, target.hex())
        else:
            self.snapshots.left_out.append(path)


def _listing(fd: int) -> Iterator[tuple[str, os.stat_result]]:
    """Names as text (undecodable bytes as lone surrogates) with what they are."""
    with os.scandir(fd) as found:
        entries = list(found)
    for entry in entries:
        try:
            yield entry.name, entry.stat(follow_symlinks=False)
        except FileNotFoundError as error:
            raise ChangedError(f"{entry.name} was removed while its folder was read") from error
