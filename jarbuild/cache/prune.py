"""Keeping the cache within its size: what was not used for the longest time goes first.

Never what a running build has used, nor what the last good build of an allocated jar is made of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import Factory, define, field, frozen

from geniejars import BrokenObjectError, DamagedEntryError, Digest, Forest
from jarbuild.cache.history import read_history
from jarbuild.cache.layers import StoredLayer
from jarbuild.cache.leases import oldest_lease, pruning
from jarbuild.cache.records import Record
from jarbuild.cache.sealed import PARTIAL
from jarbuild.cache.store import Store

NEVER_OLD = 1 << 63
KINDS = ("layers", "objects", "records")


@frozen
class Usage:
    """Bytes on disk and number of entries, by kind."""

    bytes: Mapping[str, int]
    entries: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.bytes.values())


@frozen
class Pruned:
    """What a prune came to; `excess` is what is over the limit because all of it is in use."""

    freed: int
    removed: int
    left: int
    excess: int
    keys: tuple[Digest, ...] = Factory(tuple)


def usage(store: Store) -> Usage:
    """What the cache takes on disk."""
    files = {kind: list(_files(store.folder / kind)) for kind in KINDS}
    return Usage(
        {kind: sum(map(_size, found)) for kind, found in files.items()},
        {kind: len(found) for kind, found in files.items()},
    )


def prune(store: Store, limit: int, jars: Mapping[str, str], *, is_dry: bool = False) -> Pruned:
    """Bring the cache to at most `limit` bytes.

    `jars` are those that are allocated, each with the real path of the JFile that is built into
    it. With `is_dry` nothing is removed.
    """
    with pruning(store.folder):
        return _Pruning(store, oldest_lease(store.folder), is_dry).run(limit, jars)


@define
class _Pruning:
    store: Store
    began: int
    is_dry: bool
    gone: set[Path] = field(factory=set)

    def run(self, limit: int, jars: Mapping[str, str]) -> Pruned:
        size = usage(self.store).total
        kept = {record.key: record for record in self.store.records()}
        left = size - self._sweep(kept.values())
        keys, sharers = [], Counter(record.layer for record in kept.values())
        for record in self._oldest_first(kept, set(_needed(self.store, jars))):
            if left <= limit:
                break
            del kept[record.key]
            keys.append(record.key)
            sharers[record.layer] -= 1
            left -= self._remove(self._files(record, with_layer=sharers[record.layer] == 0))
        left -= self._sweep(kept.values())
        return Pruned(size - left, len(keys), left, max(0, left - limit), tuple(keys))

    def _oldest_first(self, kept: Mapping[Digest, Record], needed: set[Digest]) -> list[Record]:
        used = {key: _used(self._file(record)) for key, record in kept.items()}
        free = (key for key in used if key not in needed and used[key] < self.began)
        return [kept[key] for key in sorted(free, key=lambda key: used[key])]

    def _sweep(self, kept: Iterable[Record]) -> int:
        """Remove what no record leads to; the bytes come back."""
        records = list(kept)
        reached = _reached(self.store, records)
        unreached = (path for digest, path in self.store.objects if digest not in reached)
        return self._sweep_layers(records) + self._remove(filter(self._is_old, unreached))

    def _sweep_layers(self, kept: Iterable[Record]) -> int:
        used = {record.layer for record in kept}
        files = list(_files(self.store.folder / "layers", partial=True))
        return self._remove(f for f in files if f.stem not in used and self._is_old(f))

    def _is_old(self, path: Path) -> bool:
        """Not made nor used by a build that still runs."""
        return path not in self.gone and _used(path) < self.began

    def _remove(self, paths: Iterable[Path]) -> int:
        freed = 0
        for path in list(paths):
            freed += _size(path)
            self.gone.add(path)
            if not self.is_dry:
                path.unlink(missing_ok=True)
        return freed

    def _files(self, record: Record, *, with_layer: bool) -> Iterator[Path]:
        yield self._file(record)
        if with_layer and record.layer:
            layer = StoredLayer(record.layer, self.store.folder / "layers")
            yield from filter(self._is_old, (layer.tar, layer.index_file))

    def _file(self, record: Record) -> Path:
        return self.store.folder / "records" / record.key


def _needed(store: Store, jars: Mapping[str, str]) -> Iterator[Digest]:
    """Keys of the last good builds of jars that are still allocated to their JFile."""
    for path in _files(store.folder / "history"):
        history = read_history(path)
        for jar, keys in history.good.items() if history else ():
            if history and jars.get(jar) == history.jfile:
                yield from keys


def _reached(store: Store, records: Iterable[Record]) -> set[Digest]:
    """All objects that the results of these records consist of, and what COPYs copied."""
    forest, reached = Forest(store.folder_object), set[Digest]()
    for record in records:
        reached.add(record.output)
        for root in _roots(store, record):
            _reach(forest, root, reached)
    return reached


def _roots(store: Store, record: Record) -> Iterator[Digest]:
    try:
        yield store.tree(record.output).root
    except (DamagedEntryError, BrokenObjectError):
        return
    if isinstance(overlay := record.preimage.get("overlay"), str):
        yield overlay


def _reach(forest: Forest, root: Digest, reached: set[Digest]) -> None:
    """Add a folder and all below it; what was reached before is not read again."""
    pending = [root]
    while pending:
        digest = pending.pop()
        if digest in reached:
            continue
        reached.add(digest)
        try:
            pending += [e.value for e in forest.folder(digest).values() if e.kind == "folder"]
        except (KeyError, BrokenObjectError):
            continue


def _files(folder: Path, *, partial: bool = False) -> Iterator[Path]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return (path for path in found if partial or not path.name.startswith(PARTIAL))


def _size(path: Path) -> int:
    """On disk; a file that a build has just renamed or dropped has none."""
    try:
        return path.stat().st_blocks * 512
    except FileNotFoundError:
        return 0


def _used(path: Path) -> int:
    """When it was last used, in ns; just now where a build has just moved it."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return NEVER_OLD
