"""Looking for damage: every entry read, every checksum compared."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from attrs import define, field, frozen

from geniejars import BrokenObjectError, DamagedEntryError, Digest, Forest
from jarbuild.cache.history import read_history
from jarbuild.cache.inventory import KINDS, MEMORIES, stored_files
from jarbuild.cache.layers import Index, StoredLayer, frame_of, hash_of
from jarbuild.cache.leases import oldest_lease, pruning
from jarbuild.cache.objects import LostObjectError
from jarbuild.cache.sealed import PARTIAL, DamagedFileError, read_sealed
from jarbuild.cache.store import Store, memory_name

FOLDER_MODE, FILE_MODE = 0o700, 0o600
"""What is in a cache tells what was built, and of which secrets: it is its owner's alone."""


@frozen
class Finding:
    """`path` lies below the store's folder; `problem` says what is wrong with it."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path} {self.problem}"


def verify(store: Store, *, contents: bool = True) -> list[Finding]:
    """What is wrong. A writable store puts right what can be put right, and removes what is
    damaged, with what cannot do without it.

    Without `contents` layers are not read, which is most of the work.
    """
    return list(_Verification(store, contents).findings())


def verify_results(store: Store, keys: Iterable[Digest]) -> list[Finding]:
    """What is wrong with these results, read anew; what is damaged is removed, as by `verify`."""
    again = _Verification(Store(store.folder, store.is_writable), contents=True)
    return [finding for key in keys for finding in again.result(key)]


def recheck(store: Store) -> None:
    """Look at what was used since the store was opened: something of it may be damaged.

    To be called before a new plan; costs nothing where nothing was used.
    """
    folder = store.folder / "layers"
    for digest in sorted(store.handed_out):
        if _damage_of(StoredLayer(digest, folder), contents=True):
            store.distrust_layer(digest)
    if store.missed:
        list(_Verification(store, contents=False).records())
    store.handed_out.clear()
    store.missed.clear()


@define
class _Verification:
    store: Store
    contents: bool
    _forest: Forest = field(init=False)
    _sound: set[Digest] = field(factory=set, init=False)  # folders with all below them

    def __attrs_post_init__(self) -> None:
        self._forest = Forest(self.store.folder_object)

    def findings(self) -> Iterator[Finding]:
        if not self.store.folder.is_dir():
            return
        yield from self._modes()
        yield from self._leftovers()
        yield from self._objects()
        yield from self._layers()
        yield from self.records()
        yield from self._memories()

    def _modes(self) -> Iterator[Finding]:
        for path in (self.store.folder, *sorted(self.store.folder.rglob("*"))):
            yield from self._mode(path)

    def _mode(self, path: Path) -> Iterator[Finding]:
        try:
            status = path.lstat()
        except FileNotFoundError:  # a running build's
            return
        wanted = FOLDER_MODE if stat.S_ISDIR(status.st_mode) else FILE_MODE
        if stat.S_ISLNK(status.st_mode):
            yield self._finding(path, "is a symlink")
            self._remove(path)
        elif status.st_uid != os.geteuid():
            yield self._finding(path, f"belongs to uid {status.st_uid}")
        elif status.st_mode & 0o7777 != wanted:
            yield self._finding(path, f"has mode {status.st_mode & 0o7777:o}, not {wanted:o}")
            self._put_right(lambda: path.chmod(wanted))

    def _leftovers(self) -> Iterator[Finding]:
        """What builds that were killed have left half written."""
        with pruning(self.store.folder):
            began = oldest_lease(self.store.folder)
        layers = self.store.folder / "layers"
        for file in (f for kind in KINDS for f in stored_files(self.store.folder / kind)):
            is_bare = file.path.parent == layers and not file.path.with_suffix(".index").exists()
            if (file.is_partial or is_bare) and file.used < began:
                yield self._finding(file.path, "was left half written")
                self._remove(file.path)

    def _objects(self) -> Iterator[Finding]:
        for digest, path in list(self.store.objects):
            try:
                self.store.objects.get(digest)
            except LostObjectError:
                yield self._finding(path, "is damaged")

    def _layers(self) -> Iterator[Finding]:
        folder = self.store.folder / "layers"
        for path in sorted(folder.glob("*.index")):
            if path.name.startswith(PARTIAL):
                continue
            yield from self._layer(StoredLayer(path.stem, folder))

    def _layer(self, layer: StoredLayer) -> Iterator[Finding]:
        if damage := _damage_of(layer, contents=self.contents):
            yield self._finding(layer.index_file, damage)
            self.store.distrust_layer(layer.id)

    def result(self, key: Digest) -> Iterator[Finding]:
        """One record, the tree it leads to and its layer."""
        if (record := self.store.find(key)) and record.layer:
            yield from self._layer(StoredLayer(record.layer, self.store.folder / "layers"))
        yield from self._record(self.store.folder / "records" / key)

    def records(self) -> Iterator[Finding]:
        """Those that cannot be read, and those that lead nowhere."""
        for path in _entries(self.store.folder / "records"):
            yield from self._record(path)

    def _record(self, path: Path) -> Iterator[Finding]:
        was_known = self.store.is_damaged(path.name)
        record = self.store.find(path.name)
        if record is None:
            yield self._finding(path, "leads to what is damaged" if was_known else "is damaged")
        elif not self.store.output(record) or not self._leads_on(record.output):
            self.store.distrust(record.key)
            yield self._finding(path, "leads to what is not there or damaged")

    def _leads_on(self, tree: Digest) -> bool:
        """Whether every folder of a tree is there."""
        try:
            pending = [self.store.tree(tree).root]
            while pending:
                digest = pending.pop()
                if digest not in self._sound:
                    entries = self._forest.folder(digest).values()
                    pending += [e.value for e in entries if e.kind == "folder"]
                    self._sound.add(digest)
        except (LostObjectError, BrokenObjectError):
            return False
        return True

    def _memories(self) -> Iterator[Finding]:
        kept = (path for kind in MEMORIES for path in _entries(self.store.folder / kind))
        for path in (self.store.secret_file, *kept):
            if not _is_sound_memory(path):
                yield self._finding(path, "is damaged")
                self._remove(path)

    def _finding(self, path: Path, problem: str) -> Finding:
        return Finding(str(path.relative_to(self.store.folder.parent)), problem)

    def _remove(self, path: Path) -> None:
        self._put_right(lambda: path.unlink(missing_ok=True))

    def _put_right(self, act: Callable[[], object]) -> None:
        if self.store.is_writable:
            act()


def _damage_of(layer: StoredLayer, *, contents: bool) -> str | None:
    """What is wrong with it, or None."""
    try:
        index, fd = layer.index, layer.open()
    except DamagedEntryError:
        return "is damaged, or its tar is"
    try:
        return _damage_in(fd, index) if contents else None
    finally:
        os.close(fd)


def _damage_in(fd: int, index: Index) -> str | None:
    for file in index.files:
        if hash_of(fd, file) != file.sha256:
            return f"belongs to a tar whose {os.fsdecode(file.path)} is damaged"
    if frame_of(fd, index.size, index.files) != index.frame:
        return "belongs to a tar that is damaged between its files"
    return None


def _is_sound_memory(path: Path) -> bool:
    if path.parent.name == "history":
        history = read_history(path)
        return history is not None and memory_name(history.jfile) == path.name
    try:
        read_sealed(path)
    except DamagedFileError:
        return False
    except FileNotFoundError:  # there is none, or a running build has replaced it
        return True
    return True


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if not path.name.startswith(PARTIAL))
