"""Folder and tree objects on disk, one file each, called by the sha256 of its content."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import define, field

from geniejars import DamagedEntryError, Digest, sha256
from jarbuild.cache.sealed import PARTIAL, replacing


class LostObjectError(DamagedEntryError, KeyError):
    """An object that is not here, or not any more: a KeyError for who only asks."""

    def __init__(self, digest: Digest):
        super().__init__(f"the cache has lost object {digest[:12]}")
        self.digest = digest


@define
class Objects:
    """A store of objects; only a writable one removes what it finds damaged."""

    folder: Path
    is_writable: bool
    _kept: set[Digest] = field(factory=set, init=False)  # since it was opened

    def get(self, digest: Digest) -> bytes:
        """The content; raises LostObjectError."""
        path = self.path(digest)
        try:
            content = path.read_bytes()
        except OSError:
            content = None
        if content is None or sha256(content) != digest:
            self._lose(digest)
            raise LostObjectError(digest)
        return content

    def put(self, objects: Mapping[Digest, bytes]) -> None:
        """Keep them; those that are here count as used now."""
        for digest in objects.keys() - self._kept:
            path = self.path(digest)
            try:
                os.utime(path)
            except FileNotFoundError:
                # Its name is its checksum: one that a crash left empty counts as absent.
                with replacing(path, durable=False) as file:
                    file.write(objects[digest])
        self._kept |= objects.keys()

    def path(self, digest: Digest) -> Path:
        return self.folder / digest[:2] / digest[2:]

    def __iter__(self) -> Iterator[tuple[Digest, Path]]:
        for path in self.folder.glob("??/*"):
            if not path.name.startswith(PARTIAL):
                yield path.parent.name + path.name, path

    def _lose(self, digest: Digest) -> None:
        self._kept.discard(digest)
        if self.is_writable:
            self.path(digest).unlink(missing_ok=True)
