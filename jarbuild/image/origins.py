"""Where an image's contents come from: layers of the cache, else the JFile's folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path as File

from attrs import define

from geniejars import DamagedEntryError, Digest, Entry, MachineError, Path, Source
from jarbuild.built_home import search_folder
from jarbuild.cache.layers import StoredLayer, read


@define
class Origins:
    """Contents by digest."""

    layers: Sequence[StoredLayer]
    sources: Mapping[Digest, Source]

    def read(self, path: Path, entry: Entry) -> Iterator[bytes]:
        """What is in a file, in pieces; raises DamagedEntryError after the last one where that is
        not what it should have been."""
        descriptor, offset = self._open(path, entry.value)
        digest = hashlib.sha256()
        try:
            for piece in read(descriptor, offset, offset + entry.size):
                digest.update(piece)
                yield piece
        finally:
            os.close(descriptor)
        if digest.hexdigest() != entry.value:
            raise DamagedEntryError(f"what is kept of {os.fsdecode(path)} is damaged")

    def _open(self, path: Path, content: Digest) -> tuple[int, int]:
        for layer in self.layers:
            if (file := layer.holding(content)) is not None:
                return layer.open(), file.offset
        if (source := self.sources.get(content)) is not None:
            with suppress(OSError):
                return os.open(source.path, os.O_RDONLY | os.O_CLOEXEC), 0
        raise MachineError(
            f"no copy of {os.fsdecode(path)} as it was built is left",
            help="it is another file in the JFile's folder by now: build again first",
        )


def find_origins(
    layers: Sequence[StoredLayer], jfile: str | None, entries: Iterable[Entry]
) -> Origins:
    """The folder is only searched for what is in no layer."""
    wanted = {e.value: e.size for e in entries if not any(r.holding(e.value) for r in layers)}
    folder = File(jfile).parent if jfile and wanted else None
    return Origins(layers, search_folder(folder, wanted))
