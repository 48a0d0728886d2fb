"""Writes entries of a place as one uncompressed tar of which each file can be read by itself."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from genieagent.copying import copy
from genieagent.failures import RequestFailedError
from genieagent.index import Index
from genieagent.place import Place
from genieagent.trees import Digest, Entry, Path

_BLOCK = tarfile.BLOCKSIZE
_TYPES = {
    "file": tarfile.REGTYPE,
    "folder": tarfile.DIRTYPE,
    "symlink": tarfile.SYMTYPE,
    "fifo": tarfile.FIFOTYPE,
}


class PackedFile(NamedTuple):
    """A regular file's content in the tar."""

    path: Path
    offset: int
    size: int
    sha256: Digest
    mtime_ns: int


@dataclass
class Layer:
    """A tar being written to an empty file; holes stay holes, in the tar as well."""

    descriptor: int
    end: int = 0
    names: dict[tuple[int, int], Path] = field(default_factory=dict)

    def add(self, place: Place, path: Path, entry: Entry) -> PackedFile | None:
        """Where the content of a file lies; None for what is no file, or a second name of one.

        Raises OSError, ShortError.
        """
        status = place.look(path)
        if status is None:
            raise RequestFailedError("changed", f"{os.fsdecode(path)} is gone since the scan")
        identity = (status.st_dev, status.st_ino)
        first = self.names.setdefault(identity, path)
        if entry.kind == "file" and first != path:
            self._write_header(_link_header(path, first, status))
            return None
        self._write_header(_header(path, entry, status))
        if entry.kind != "file":
            return None
        offset = self.end
        self._write_content(place, path, entry.size)
        return PackedFile(path, offset, entry.size, entry.value, status.st_mtime_ns)

    def finish(self) -> None:
        """Two empty blocks end a tar."""
        self._write(bytes(2 * _BLOCK))

    def _write_content(self, place: Place, path: Path, size: int) -> None:
        with place.reading(path) as file:
            copy(file, 0, size, self.descriptor, self.end)
        self.end += -(-size // _BLOCK) * _BLOCK
        os.ftruncate(self.descriptor, self.end)

    def _write_header(self, header: tarfile.TarInfo) -> None:
        self._write(to_bytes(header))

    def _write(self, content: bytes) -> None:
        os.pwrite(self.descriptor, content, self.end)
        self.end += len(content)


def pack(
    place: Place, index: Index, paths: Iterable[Path], descriptor: int
) -> Iterator[PackedFile]:
    """Write these entries, as the scan `index` has found them; files come back as they are
    written. Raises RequestFailedError and OSError."""
    layer = Layer(descriptor)
    for path in paths:
        entry = index.forest.find(index.tree.root, path)
        if entry is None:
            raise RequestFailedError("unscanned", f"{os.fsdecode(path)} is not in the last scan")
        file = layer.add(place, path, entry)
        if file is not None:
            yield file
    layer.finish()


def header_of(path: Path, status: os.stat_result) -> tarfile.TarInfo:
    """Name, bits and time, the time to the nanosecond; no owner."""
    header = tarfile.TarInfo(os.fsdecode(path))
    header.mode = stat.S_IMODE(status.st_mode)
    seconds, rest = divmod(status.st_mtime_ns, 10**9)
    header.mtime = seconds
    header.pax_headers = {"mtime": f"{seconds}.{rest:09}"}
    return header


def to_bytes(header: tarfile.TarInfo) -> bytes:
    return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _header(path: Path, entry: Entry, status: os.stat_result) -> tarfile.TarInfo:
    header = header_of(path, status)
    header.type = _TYPES[entry.kind]
    header.mode = entry.mode
    if entry.kind == "file":
        header.size = entry.size
    if entry.kind == "symlink":
        header.linkname = os.fsdecode(bytes.fromhex(entry.value))
    return header


def _link_header(path: Path, to: Path, status: os.stat_result) -> tarfile.TarInfo:
    header = header_of(path, status)
    header.type = tarfile.LNKTYPE
    header.linkname = os.fsdecode(to)
    return header
