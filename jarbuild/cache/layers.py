"""Layers: the files a RUN wrote, in one uncompressed tar, and the index of what lies where.

A layer is called by the sha256 of its index, so the index vouches for itself, and for the tar by
its size, by the sha256 of each file in it, which whoever restores a file compares, and by that of
its frame: the headers and the padding between the files.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from attrs import define, frozen

from geniejars import DamagedEntryError, Digest, LayerFile, sha256
from geniejars import Path as HomePath
from jarbuild.cache.sealed import PARTIAL, make_private, replacing

VERSION = 2
CHUNK = 1 << 20


@define(slots=False)
class StoredLayer:
    """A layer on disk; its index is read when something in it is looked for.

    Every method raises DamagedEntryError where the layer is not (any more) what was written.
    """

    id: Digest
    folder: Path

    @property
    def tar(self) -> Path:
        return self.folder / f"{self.id}.tar"

    @property
    def index_file(self) -> Path:
        return self.folder / f"{self.id}.index"

    def at(self, path: HomePath) -> LayerFile | None:
        """The file this layer put at `path`."""
        return self._by_path.get(path)

    def holding(self, sha256: Digest) -> LayerFile | None:
        """Any file with this content."""
        return self._by_content.get(sha256)

    def open(self) -> int:
        """A new descriptor for reading."""
        try:
            return os.open(self.tar, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise self._damaged() from error

    @property
    def files(self) -> Sequence[LayerFile]:
        return self.index.files

    @cached_property
    def index(self) -> Index:
        try:
            content = self.index_file.read_bytes()
            if sha256(content) != self.id:
                raise self._damaged()
            index = Index.parse(content)
            if self.tar.stat().st_size != index.size:
                raise self._damaged()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise self._damaged() from error
        return index

    @cached_property
    def _by_path(self) -> dict[HomePath, LayerFile]:
        return {file.path: file for file in self.files}

    @cached_property
    def _by_content(self) -> dict[Digest, LayerFile]:
        return {file.sha256: file for file in self.files}

    def _damaged(self) -> DamagedEntryError:
        return DamagedEntryError(f"layer {self.id[:12]} is missing or damaged")


@frozen
class Index:
    """Where each file lies in a tar of `size` bytes, and the digest of its frame."""

    size: int
    files: tuple[LayerFile, ...]
    frame: Digest

    def serialise(self) -> bytes:
        rows = [[os.fsdecode(file.path), *file[1:]] for file in self.files]
        values = {"version": VERSION, "size": self.size, "files": rows, "frame": self.frame}
        return json.dumps(values).encode("ascii")

    @classmethod
    def parse(cls, content: bytes) -> Index:
        """Raises ValueError, TypeError or KeyError for what is no index."""
        values = json.loads(content)
        if values["version"] != VERSION:
            raise ValueError(f"an index of version {values['version']}")
        files = (LayerFile(os.fsencode(path), *rest) for path, *rest in values["files"])
        return cls(values["size"], tuple(files), values["frame"])


@define
class FileDraft:
    """A layer being written; `fd` is an empty file, open for writing."""

    fd: int
    partial: Path
    folder: Path

    def publish(self, files: Sequence[LayerFile]) -> Digest:
        """Make it durable under its digest, which comes back."""
        size = os.fstat(self.fd).st_size
        if any(file.offset + file.size > size for file in files):
            raise DamagedEntryError("the agent packed less than it said")
        content = Index(size, tuple(files), frame_of(self.fd, size, files)).serialise()
        layer = StoredLayer(sha256(content), self.folder)
        os.fsync(self.fd)
        self.partial.replace(layer.tar)
        # The index last: where there is one, there is a tar.
        with replacing(layer.index_file) as file:
            file.write(content)
        return layer.id


@contextmanager
def drafted(folder: Path) -> Iterator[FileDraft]:
    """A draft that is gone afterwards unless it was published."""
    make_private(folder)
    fd, name = tempfile.mkstemp(prefix=PARTIAL, dir=folder)
    try:
        yield FileDraft(fd, Path(name), folder)
    finally:
        os.close(fd)
        Path(name).unlink(missing_ok=True)


def hash_of(fd: int, file: LayerFile) -> Digest:
    """The sha256 of what really lies where the index says."""
    return _hash(fd, [(file.offset, file.offset + file.size)])


def frame_of(fd: int, size: int, files: Iterable[LayerFile]) -> Digest:
    """The sha256 of all in a tar that lies in none of its files."""
    return _hash(fd, _gaps(size, files))


def read(fd: int, begin: int, end: int) -> Iterator[bytes]:
    """A stretch of a file in pieces; it may be shorter than that."""
    while begin < end and (piece := os.pread(fd, min(CHUNK, end - begin), begin)):
        yield piece
        begin += len(piece)


def _hash(fd: int, stretches: Iterable[tuple[int, int]]) -> Digest:
    digest = hashlib.sha256()
    for begin, end in stretches:
        for piece in read(fd, begin, end):
            digest.update(piece)
    return digest.hexdigest()


def _gaps(size: int, files: Iterable[LayerFile]) -> Iterator[tuple[int, int]]:
    at = 0
    for file in sorted(files, key=lambda file: file.offset):
        if at < file.offset:
            yield at, file.offset
        at = max(at, file.offset + file.size)
    yield at, size
