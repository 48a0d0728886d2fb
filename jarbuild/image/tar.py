"""Writes a step's layer as a tar whose bytes follow from the step's result alone."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable

from attrs import frozen

from geniejars import Entry, Path, join, split
from jarbuild.actions import RUN_ENVIRONMENT
from jarbuild.cache.layers import StoredLayer
from jarbuild.image.changes import WHITEOUT, Changeset
from jarbuild.image.origins import Origins

Write = Callable[[bytes], object]

EPOCH = int(RUN_ENVIRONMENT["SOURCE_DATE_EPOCH"])
"""The time of what the cache knows no time of: folders, links and what COPY brought."""

TYPES = {
    "file": tarfile.REGTYPE,
    "folder": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "fifo": tarfile.FIFOTYPE,
}


@frozen
class LayerTar:
    """One layer. `prefix` is where the home lies in the image, `owner` the uid and gid of all;
    `layer` is where a RUN's files have their times from."""

    prefix: Path
    owner: int
    layer: StoredLayer | None

    def write(self, changes: Changeset, origins: Origins, write: Write) -> None:
        """Raises MachineError, DamagedEntryError."""
        for path in changes.removed:  # before what stands beside them, as the specification asks
            parent, name = split(path)
            write(_to_bytes(self._header(join(parent, WHITEOUT + name), 0o644)))
        links = sorted(changes.links)
        for path, entry in changes.put:
            if path not in changes.links:
                self._write_entry(path, entry, origins, write)
        for path in links:
            write(self._link(path, changes.links[path]))
        write(bytes(2 * tarfile.BLOCKSIZE))

    def write_way(self, write: Write) -> None:
        """The folders that lead to the home, and the home itself."""
        at = b""
        for name in self.prefix.split(b"/"):
            at = join(at, name)
            header = self._header(b"", 0o755)
            header.name, header.type = os.fsdecode(at), tarfile.DIRTYPE
            if at != self.prefix:
                header.uid = header.gid = 0
            write(_to_bytes(header))

    def _write_entry(self, path: Path, entry: Entry, origins: Origins, write: Write) -> None:
        header = self._header(path, entry.mode)
        header.type = TYPES[entry.kind]
        if entry.kind == "symlink":
            header.linkname = os.fsdecode(bytes.fromhex(entry.value))
        if entry.kind != "file":
            write(_to_bytes(header))
            return
        header.size = entry.size
        self._set_time(header, path, entry)
        write(_to_bytes(header))
        for piece in origins.read(path, entry):
            write(piece)
        write(bytes(-entry.size % tarfile.BLOCKSIZE))

    def _link(self, path: Path, first: Path) -> bytes:
        header = self._header(path, 0o644)
        header.type = tarfile.LNKTYPE
        header.linkname = os.fsdecode(join(self.prefix, first))
        return _to_bytes(header)

    def _header(self, path: Path, mode: int) -> tarfile.TarInfo:
        header = tarfile.TarInfo(os.fsdecode(join(self.prefix, path)))
        header.mode, header.mtime = mode, EPOCH
        header.uid = header.gid = self.owner
        return header

    def _set_time(self, header: tarfile.TarInfo, path: Path, entry: Entry) -> None:
        """To the nanosecond, as a restore brings it back."""
        file = self.layer.at(path) if self.layer else None
        if file is not None and file.sha256 == entry.value:
            header.mtime, rest = divmod(file.mtime_ns, 10**9)
            header.pax_headers = {"mtime": f"{header.mtime}.{rest:09}"}


def _to_bytes(header: tarfile.TarInfo) -> bytes:
    return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
