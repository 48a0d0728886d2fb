"""The cache on disk: results of steps, written once and whole; what cannot be read is absent.

    v1/objects/ab/cdef…   folder and tree objects, by digest
    v1/records/KEY        what a step made of which tree
    v1/layers/ID.tar      the files a RUN wrote, with ID.index
    v1/history/HASH       the last build of one JFile
    v1/stamps/HASH        its stat cache
    v1/parses/HASH        what its text was parsed to
    v1/secret             what IMPORTs are fingerprinted with

It implements the runtime's `Results`. Nothing here knows a JFile.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from attrs import define, field

from geniejars import (
    EMPTY_FOLDER,
    EMPTY_TREE,
    DamagedEntryError,
    Digest,
    Result,
    Step,
    Tree,
    sha256,
)
from jarbuild.cache.history import History, Past, read_history, write_history
from jarbuild.cache.keys import key
from jarbuild.cache.layers import FileDraft, StoredLayer, drafted
from jarbuild.cache.leases import lease, using
from jarbuild.cache.objects import LostObjectError, Objects
from jarbuild.cache.records import Record, read_record, write_record
from jarbuild.cache.sealed import (
    PARTIAL,
    DamagedFileError,
    make_cache,
    read_sealed,
    write_sealed,
)

VERSION = "v1"
SECRET_SIZE = 32


@define
class Store:
    """One cache folder. Without `is_writable` nothing on disk changes, not even what is damaged.

    A result whose layer is larger than `largest` bytes is not kept but named in `too_large`.
    `damaged` says what was found damaged since it was opened, each once. What was `handed_out` or
    `missed` is what to look at when a build says that the cache is damaged (see verify.recheck).
    """

    folder: Path
    is_writable: bool
    largest: int | None = None
    now: Callable[[], float] = time.time
    objects: Objects = field(init=False)
    damaged: list[str] = field(factory=list, init=False)
    too_large: dict[Digest, tuple[int, int]] = field(factory=dict, init=False)  # line, bytes
    has_grown: bool = field(default=False, init=False)
    _distrusted: set[Digest] = field(factory=set, init=False)
    _sources: dict[int, Digest] = field(factory=dict, init=False)  # of steps that were reached
    _records: dict[Digest, Record] = field(factory=dict, init=False)  # that were read, by key
    _results: dict[Digest, Result] = field(factory=dict, init=False)  # found whole, by key
    handed_out: set[Digest] = field(factory=set, init=False)  # layers
    missed: set[Digest] = field(factory=set, init=False)  # folders that were asked for
    _secret: bytes = field(default=b"", init=False, repr=False)

    @objects.default
    def _open_objects(self) -> Objects:
        return Objects(self.folder / "objects", self.is_writable)

    @classmethod
    @contextmanager
    def open(cls, cache: Path, *, is_writable: bool, largest: int | None = None) -> Iterator[Store]:
        """The store in a cache folder, for as long as one build or plan needs it."""
        folder = cache / VERSION
        if is_writable:
            make_cache(folder)
        with lease(folder) if is_writable else nullcontext():
            yield cls(folder, is_writable, largest)

    @property
    def secret(self) -> bytes:
        """What fingerprints of IMPORTs are made with; where it cannot be kept, new each time."""
        if not self._secret:
            self._secret = self._kept_secret() or self._new_secret()
        return self._secret

    @property
    def secret_file(self) -> Path:
        return self.folder / "secret"

    def _kept_secret(self) -> bytes | None:
        with suppress(OSError, DamagedFileError):
            return read_sealed(self.secret_file)
        return None

    def _new_secret(self) -> bytes:
        """Every RUN with an IMPORT runs again."""
        made = secrets.token_bytes(SECRET_SIZE)
        if self.is_writable:
            write_sealed(self.secret_file, made)  # mode 0600, as every file made so
        return made

    # Results

    def folder_object(self, digest: Digest) -> bytes:
        """A folder's object; raises LostObjectError, a KeyError."""
        try:
            return self.objects.get(digest)
        except LostObjectError:
            self.missed.add(digest)
            raise

    def keep_folders(self, objects: Mapping[Digest, bytes]) -> None:
        with self._using():
            self.objects.put(objects)
        self.missed -= objects.keys()

    def lookup(self, step: Step, source: Tree) -> Result | None:
        self._sources[step.index] = source.digest
        return self.result(key(step.preimage, source.digest))

    def record(self, step: Step, source: Tree, result: Result, seconds: float) -> None:
        self._sources[step.index] = source.digest
        self.has_grown = True
        size = self.layer(result.layer).tar.stat().st_size if result.layer else 0
        if self.largest is not None and size > self.largest:
            self.too_large[key(step.preimage, source.digest)] = (step.line, size)
            return
        record = Record(
            preimage=step.preimage,
            source=source.digest,
            output=result.output.digest,
            layer=result.layer,
            layer_size=size,
            seconds=seconds,
            created=self.now(),
            text=step.text,
            line=step.line,
            file=step.file,
        )
        with self._using():
            self.objects.put({result.output.digest: result.output.serialise()})
            write_record(self._record_file(record.key), record)
        self._records[record.key] = record
        self._results[record.key] = result
        self._distrusted.discard(record.key)

    def new_layer(self) -> AbstractContextManager[FileDraft]:
        return drafted(self.folder / "layers")

    def layer(self, digest: Digest) -> StoredLayer:
        """Raises DamagedEntryError when it is not there (any more)."""
        layer = StoredLayer(digest, self.folder / "layers")
        if not layer.tar.exists() or not layer.index_file.exists():
            raise DamagedEntryError(f"layer {digest[:12]} is missing")
        self.handed_out.add(digest)
        return layer

    # by key and digest

    def result(self, key: Digest) -> Result | None:
        """What is kept under a key, whole: with its layer and its tree. It counts as used now.

        A plan and what executes it ask for the same: what was found is not read again.
        """
        if key not in self._results:
            with self._using():
                record = self.find(key)
                if record is None or (tree := self.output(record)) is None:
                    return None
                if self.is_writable:
                    os.utime(self._record_file(key))
            self._results[key] = Result(tree, record.layer)
        return self._results[key]

    def find(self, key: Digest) -> Record | None:
        """The record of a key, unless it is absent or distrusted."""
        if key in self._distrusted:
            return None
        if key not in self._records:
            try:
                self._records[key] = read_record(self._record_file(key))
            except OSError:
                return None
            except DamagedFileError:
                self.distrust(key)
                return None
        return self._records[key]

    def output(self, record: Record) -> Tree | None:
        """What a step made, unless that or its layer is damaged; then the record is distrusted."""
        try:
            if record.layer and self.layer(record.layer).tar.stat().st_size != record.layer_size:
                raise DamagedEntryError("a layer of another size")
            tree = self.tree(record.output)
            if tree.root != EMPTY_FOLDER:
                self.objects.get(tree.root)
        except (DamagedEntryError, ValueError):
            self.distrust(record.key)
            return None
        return tree

    def tree(self, digest: Digest) -> Tree:
        """Raises LostObjectError."""
        if digest == EMPTY_TREE.digest:
            return EMPTY_TREE
        return Tree.parse(self.objects.get(digest))

    def distrust(self, key: Digest) -> None:
        """An entry that is damaged, or leads to one that is: absent from now on."""
        self.damaged.append(f"cache entry {key[:12]} is damaged and was left out")
        self._distrusted.add(key)
        self._records.pop(key, None)
        self._results.pop(key, None)
        if self.is_writable:
            self._record_file(key).unlink(missing_ok=True)

    def distrust_layer(self, digest: Digest) -> None:
        """A layer whose content is not what its index says: absent with all that needs it."""
        if self.is_writable:
            (self.folder / "layers" / f"{digest}.index").unlink(missing_ok=True)
        for record in self.records():
            if record.layer == digest:
                self.distrust(record.key)

    def is_damaged(self, key: Digest | None) -> bool:
        return key in self._distrusted

    def records(self) -> Iterator[Record]:
        """All that can be read, in no order."""
        folder = self.folder / "records"
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        found = (self.find(name) for name in names if not name.startswith(PARTIAL))
        return (record for record in found if record is not None)

    def used(self, key: Digest) -> float:
        """When a record was last used, in seconds since the epoch; raises OSError."""
        return self._record_file(key).stat().st_mtime

    def histories(self) -> Iterator[History]:
        """Of all JFiles, by path; those that can be read."""
        folder = self.folder / "history"
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        found = (read_history(folder / name) for name in names if not name.startswith(PARTIAL))
        return iter(sorted(filter(None, found), key=lambda history: history.jfile))

    # by JFile

    def stamps_file(self, jfile: str) -> Path:
        return self.folder / "stamps" / memory_name(jfile)

    def history(self, jfile: str) -> History:
        """Empty where there is none, or where it is that of another JFile."""
        path = os.path.realpath(jfile)
        history = read_history(self._history_file(jfile))
        return history if history and history.jfile == path else History(path)

    def remember(
        self, jfile: str, steps: Sequence[tuple[Step, str]], good_in: str | None = None
    ) -> None:
        """Make these steps the last build of a JFile, each with where its COPY goes.

        `good_in` names the jar, if the build succeeded: prune keeps what it needs.
        """
        history = self.history(jfile)
        latest = tuple(self._past(step, at) for step, at in steps)
        keys = tuple(key(past.preimage, past.source) for past in latest if past.source)
        good = {**history.good, good_in: keys} if good_in else history.good
        file, new = self._history_file(jfile), History(history.jfile, latest, good)
        if new == history and file.exists():
            os.utime(file)  # used now, for prune
        else:
            write_history(file, new)

    def _past(self, step: Step, at: str) -> Past:
        source = step.input.digest if step.input else self._sources.get(step.index)
        own_key = key(step.preimage, source) if source else None
        is_done = own_key in self.too_large or bool(own_key and self.find(own_key))
        return Past(step.directive, step.text, step.preimage, source, at, is_done)

    def _using(self) -> AbstractContextManager[None]:
        return using(self.folder) if self.is_writable else nullcontext()

    def _record_file(self, key: Digest) -> Path:
        return self.folder / "records" / key

    def _history_file(self, jfile: str) -> Path:
        return self.folder / "history" / memory_name(jfile)


def parses_file(cache: Path, jfile: str) -> Path:
    """Where in a cache folder a JFile's parse is remembered, for who has no store open yet."""
    return cache / VERSION / "parses" / memory_name(jfile)


def memory_name(jfile: str) -> str:
    """The file name of what is kept of one JFile."""
    return sha256(os.fsencode(os.path.realpath(jfile)))
