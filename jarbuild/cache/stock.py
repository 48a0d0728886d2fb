"""Which entry of a cache needs which files, and which are in use. Nothing is changed here.

A file that several entries need belongs to the one that was used last: so whatever is taken away
from the old end frees exactly the files that were its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import Factory, define, frozen

from geniejars import BrokenObjectError, DamagedEntryError, Digest, Forest
from jarbuild.cache.history import read_history
from jarbuild.cache.inventory import KINDS, MEMORIES, StoredFile, stored_file, stored_files
from jarbuild.cache.layers import StoredLayer
from jarbuild.cache.records import Record
from jarbuild.cache.store import Store


@frozen
class Entry:
    """The result of a step; `files` are those that nothing used later needs.

    `used` is when it was last used, in ns.
    """

    record: Record
    used: int
    is_in_use: bool
    files: tuple[StoredFile, ...]


@frozen
class Memory:
    """What is kept of one JFile, which `is_lost` where it is not there any more."""

    used: int
    is_in_use: bool
    is_lost: bool
    files: tuple[StoredFile, ...]


@frozen
class Stock:
    """All that is in a cache of `size` bytes, what was used last first.

    `garbage` is what nothing leads to, and what was left half written.
    """

    size: int
    entries: tuple[Entry, ...]
    memories: tuple[Memory, ...]
    garbage: tuple[StoredFile, ...]


def take_stock(folder: Path, jars: Mapping[str, str], began: int) -> Stock:
    """What is in a store's folder.

    `jars` are those that are allocated, each with the real path of the JFile that is built into
    it: what their last good builds are made of is in use, as is what was used since `began`, in ns.
    """
    return _Stocktaking(Store(folder, is_writable=False), jars, began).stock()


@define
class _Stocktaking:
    store: Store
    jars: Mapping[str, str]
    began: int
    claimed: set[Path] = Factory(set)

    def stock(self) -> Stock:
        files = [f for kind in KINDS for f in stored_files(self.store.folder / kind)]
        entries = tuple(self._entries())
        memories = tuple(self._memories())
        garbage = (f for f in files if f.path not in self.claimed and f.used < self.began)
        return Stock(sum(f.size for f in files), entries, memories, tuple(garbage))

    def _entries(self) -> Iterator[Entry]:
        forest = Forest(self.store.folder_object)
        for record, used, is_in_use in self._records():
            yield Entry(record, used, is_in_use, self._claim(self._paths(record, forest)))

    def _records(self) -> list[tuple[Record, int, bool]]:
        """With their last use, and whether they are in use; those that are stand in front."""
        needed = set(self._needed())
        found = [(r, stored_file(self._file(r)).used) for r in self.store.records()]
        rows = [(r, used, used >= self.began or r.key in needed) for r, used in found]
        return sorted(rows, key=lambda row: (not row[2], -row[1], row[0].key))

    def _needed(self) -> Iterator[Digest]:
        """Keys of the last good builds of jars that are still allocated to their JFile."""
        for history in self.store.histories():
            for jar, keys in history.good.items():
                if self.jars.get(jar) == history.jfile:
                    yield from keys

    def _claim(self, paths: Iterable[Path]) -> tuple[StoredFile, ...]:
        """Those that nobody has claimed yet, without what a running build has made or used."""
        mine = []
        for path in paths:
            if path not in self.claimed:
                self.claimed.add(path)
                mine.append(stored_file(path))
        return tuple(file for file in mine if file.used < self.began)

    def _paths(self, record: Record, forest: Forest) -> Iterator[Path]:
        yield self._file(record)
        if record.layer:
            layer = StoredLayer(record.layer, self.store.folder / "layers")
            yield from (layer.tar, layer.index_file)
        yield self.store.objects.path(record.output)
        for root in self._roots(record):
            yield from self._folders(forest, root)

    def _roots(self, record: Record) -> Iterator[Digest]:
        """Of what it made, and of what a COPY copied."""
        try:
            yield self.store.tree(record.output).root
        except (DamagedEntryError, BrokenObjectError):
            return
        if isinstance(overlay := record.preimage.get("overlay"), str):
            yield overlay

    def _folders(self, forest: Forest, root: Digest) -> Iterator[Path]:
        """A folder and all below it; what was claimed before is not read again."""
        pending = [root]
        while pending:
            digest = pending.pop()
            path = self.store.objects.path(digest)
            if path in self.claimed:
                continue
            yield path
            try:
                pending += [e.value for e in forest.folder(digest).values() if e.kind == "folder"]
            except (KeyError, BrokenObjectError):
                continue

    def _memories(self) -> Iterator[Memory]:
        files: dict[str, list[StoredFile]] = {}
        for file in (f for kind in MEMORIES for f in stored_files(self.store.folder / kind)):
            if not file.is_partial:
                files.setdefault(file.path.name, []).append(file)
        memories = (self._memory(name, found) for name, found in files.items())
        return iter(sorted(memories, key=lambda memory: -memory.used))

    def _memory(self, name: str, files: list[StoredFile]) -> Memory:
        history = read_history(self.store.folder / "history" / name)
        jfile = history.jfile if history else None
        used = max(file.used for file in files)
        is_in_use = used >= self.began or jfile in self.jars.values()
        is_lost = jfile is None or not os.path.lexists(jfile)
        return Memory(used, is_in_use, is_lost, self._claim(file.path for file in files))

    def _file(self, record: Record) -> Path:
        return self.store.folder / "records" / record.key
