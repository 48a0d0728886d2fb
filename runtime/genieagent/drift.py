"""How a home differs from what the last build made of it, whatever else lies in it."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property

from genieagent.copying import sha256_of
from genieagent.index import Index, Known, is_at_or_below, known
from genieagent.place import Place, reading
from genieagent.scan import entry_of
from genieagent.stamps import Stamps
from genieagent.trees import Digest, Entry, Path, join
from genieagent.walk import Visit, walk

Drifted = tuple[Path, Entry | None]
"""A built path that is not as built, and what is there; of a folder only its own bits. A file that
is there as built has other hard links."""

Inode = tuple[int, int]
"""Device and number."""


@dataclass
class Drift:
    """`entries` is complete when `look` has returned. What is at or below `persist` is data: it
    has only drifted where it is not there at all."""

    index: Index
    began: int
    persist: tuple[Path, ...]
    entries: list[Drifted] = field(default_factory=list)
    fresh: dict[Path, Known] = field(default_factory=dict)
    _ahead: dict[Path, Digest] = field(default_factory=dict)  # built folders still to be visited
    # As built but for, maybe, their hard links: files that have some or shall have some.
    _named: dict[Path, tuple[Inode, Entry]] = field(default_factory=dict)

    def look(self, place: Place) -> None:
        """Raises OSError, MovedError."""
        self._ahead[b""] = self.index.tree.root
        for visit in walk(place.descriptor):
            self._compare_folder(visit)
            # Nothing but built folders is walked: an app may keep a million files of its own.
            for name, status in list(visit.entries.items()):
                if stat.S_ISDIR(status.st_mode) and join(visit.path, name) not in self._ahead:
                    del visit.entries[name]
        for path, digest in self._ahead.items():
            self._miss_all_below(path, digest)
        self.entries += self._relinked()

    @property
    def refreshed(self) -> Index:
        """The index with what was read again and is still as built."""
        return replace(self.index, files={**self.index.files, **self.fresh})

    def _compare_folder(self, visit: Visit) -> None:
        for name, built in self.index.forest.folder(self._ahead.pop(visit.path)).items():
            path = join(visit.path, name)
            if name in visit.entries and is_at_or_below(path, self.persist):
                continue
            try:
                there = self._entry(visit, name, path, built)
            except FileNotFoundError:  # gone since it was listed
                there = None
            if there != _bare(built):
                self.entries.append((path, there))
            if built.kind == "folder":
                self._go_on(path, built.value, there)

    def _go_on(self, path: Path, digest: Digest, there: Entry | None) -> None:
        if there is not None and there.kind == "folder":
            self._ahead[path] = digest
        else:
            self._miss_all_below(path, digest)

    def _miss_all_below(self, path: Path, digest: Digest) -> None:
        self.entries += [(p, None) for p, _ in self.index.forest.walk(digest, path)]

    def _entry(self, visit: Visit, name: bytes, path: Path, built: Entry) -> Entry | None:
        status = visit.entries.get(name)
        entry = None if status is None else entry_of(status, visit.descriptor, name)
        if entry is None or status is None or entry.kind != "file":
            return entry
        digest = self.index.digest_of(path, status)
        digest = digest or self._read(visit.descriptor, name, path, built)
        entry = Entry("file", entry.mode, digest, entry.size)  # half the time of `_replace`
        if status.st_nlink > 1 or path in self._linked:
            self._named[path] = (status.st_dev, status.st_ino), entry
        return entry

    @cached_property
    def _linked(self) -> frozenset[Path]:
        return frozenset(path for group in self.index.tree.links for path in group)

    def _relinked(self) -> list[Drifted]:
        """Files as built but for their hard links: of two that shall be one file the app may have
        made two, and the reverse."""
        drifted = {path for path, _ in self.entries}
        same = {path: found for path, found in self._named.items() if path not in drifted}
        names: dict[Inode, set[Path]] = defaultdict(set)
        for path, (inode, _) in same.items():
            names[inode].add(path)
        built = {path: same.keys() & group for group in self.index.tree.links for path in group}
        return [
            (path, entry)
            for path, (inode, entry) in same.items()
            if names[inode] != built.get(path, {path})
        ]

    def _read(self, folder: int, name: bytes, path: Path, built: Entry) -> Digest:
        with reading(folder, name) as file:
            digest = sha256_of(file)
        note = known(os.stat(name, dir_fd=folder, follow_symlinks=False), digest)
        if digest == built.value and note.is_older_than(self.began):
            self.fresh[path] = note
        return digest


def look_for_drift(
    place: Place, stamps: Stamps, index: Index, persist: tuple[Path, ...] = ()
) -> Drift:
    drift = Drift(index, stamps.take(), persist)
    drift.look(place)
    return drift


def _bare(entry: Entry) -> Entry:
    return entry._replace(value="") if entry.kind == "folder" else entry
