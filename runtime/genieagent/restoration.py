"""A home from a tar.gz, whoever wrote that: nothing in it reaches out of the home."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from genieagent import folders
from genieagent.failures import RequestFailedError
from genieagent.place import Place, pinned, set_mode
from genieagent.trees import NEW_FOLDER_MODE, Path, join, split

_CHUNK = 1 << 20
_KINDS = {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE}


def restore(place: Place, source: int) -> None:
    """Empty the home and fill it; `source` is a file to seek in.

    Raises RequestFailedError before the home is touched where the archive is damaged or leads
    out of it, and OSError.
    """
    _check(source)
    for name in os.listdir(place.descriptor):  # noqa: PTH208 - a descriptor
        folders.remove_any(place.descriptor, name)
    restoration = _Restoration(place)
    with _reading(source) as archive:
        for member in archive:
            restoration.make(member, archive)
    restoration.finish()


@contextmanager
def _reading(source: int) -> Iterator[tarfile.TarFile]:
    os.lseek(source, 0, os.SEEK_SET)
    with (
        os.fdopen(source, "rb", closefd=False) as file,
        gzip.GzipFile(fileobj=file, mode="rb") as packed,
        tarfile.open(fileobj=packed, mode="r|") as archive,
    ):
        yield archive
        while packed.read(_CHUNK):  # to the end, where the checksum is
            pass


def _check(source: int) -> None:
    symlinks: set[Path] = set()
    try:
        with _reading(source) as archive:
            for member in archive:
                _check_member(member, symlinks)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, ValueError) as error:
        raise RequestFailedError(
            "archive", f"this is no archive that geniejars backup has written: {error}"
        ) from error


def _check_member(member: tarfile.TarInfo, symlinks: set[Path]) -> None:
    path = _path(member.name)
    _check_way(path, symlinks)
    if member.type == tarfile.SYMTYPE:
        symlinks.add(path)
    elif member.type == tarfile.LNKTYPE:
        _check_way(_path(member.linkname), symlinks)
    elif member.type not in _KINDS:
        raise _unsafe(path, "is no file, folder, link or fifo")


def _check_way(path: Path, symlinks: set[Path]) -> None:
    while path := split(path)[0]:
        if path in symlinks:
            raise _unsafe(path, "is a symlink that more is put below")


def _path(name: str) -> Path:
    """Of "./a/b/" it is a/b, of "./" the home itself: b""; raises RequestFailedError."""
    names = [step for step in os.fsencode(name).split(b"/") if step not in (b"", b".")]
    if name.startswith("/") or b".." in names:
        raise _unsafe(os.fsencode(name), "leads out of the home")
    return b"/".join(names)


def _unsafe(path: Path, what: str) -> RequestFailedError:
    return RequestFailedError("archive", f"the archive's {os.fsdecode(path)} {what}")


@dataclass
class _Restoration:
    """Folders are open to their owner until all is in them."""

    place: Place
    folders: list[tuple[Path, int, int]] = field(default_factory=list)  # path, mode, mtime_ns

    def make(self, member: tarfile.TarInfo, archive: tarfile.TarFile) -> None:
        path = _path(member.name)
        if not path:
            return
        parent, name = self._parent(path)
        match member.type:
            case tarfile.DIRTYPE:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=parent)
                self.folders.append((path, member.mode, _mtime_ns(member)))
            case tarfile.SYMTYPE:
                os.symlink(os.fsencode(member.linkname), name, dir_fd=parent)
                _set_time(parent, name, member)
            case tarfile.FIFOTYPE:
                os.mkfifo(name, dir_fd=parent)
                self._set_bits(path, member.mode)
            case tarfile.LNKTYPE:
                self._link(_path(member.linkname), path)
            case _:
                self._write(parent, name, member, archive)

    def finish(self) -> None:
        """What is in a folder before the folder."""
        for path, mode, mtime_ns in reversed(self.folders):
            parent, name = self.place.parent(path)
            os.utime(name, ns=(mtime_ns, mtime_ns), dir_fd=parent, follow_symlinks=False)
            self._set_bits(path, mode | stat.S_ISGID)

    def _parent(self, path: Path) -> tuple[int, bytes]:
        """Made where the archive does not name it."""
        try:
            return self.place.parent(path)
        except FileNotFoundError:
            self._make_way(path)
            return self.place.parent(path)

    def _make_way(self, path: Path) -> None:
        at = b""
        for name in path.split(b"/")[:-1]:
            with suppress(FileExistsError):
                os.mkdir(name, NEW_FOLDER_MODE, dir_fd=self.place.folder(at))
            at = join(at, name)

    def _link(self, to: Path, path: Path) -> None:
        source, name = self.place.parent(to)
        source = os.dup(source)
        try:
            target, new = self.place.parent(path)
            os.link(name, new, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        finally:
            os.close(source)

    def _write(
        self, parent: int, name: bytes, member: tarfile.TarInfo, archive: tarfile.TarFile
    ) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(name, flags, 0o600, dir_fd=parent)
        try:
            _fill(file, member, archive)
            os.fchmod(file, member.mode & 0o7777)
            mtime_ns = _mtime_ns(member)
            os.utime(file, ns=(mtime_ns, mtime_ns))
        finally:
            os.close(file)

    def _set_bits(self, path: Path, mode: int) -> None:
        parent, name = self.place.parent(path)
        with pinned(parent, name) as pin:
            set_mode(pin, mode & 0o7777)


def _fill(file: int, member: tarfile.TarInfo, archive: tarfile.TarFile) -> None:
    content = archive.extractfile(member)
    assert content is not None
    at = 0
    while piece := content.read(_CHUNK):
        if piece.strip(b"\0"):  # else it becomes a hole
            os.pwrite(file, piece, at)
        at += len(piece)
    os.ftruncate(file, at)


def _set_time(parent: int, name: bytes, member: tarfile.TarInfo) -> None:
    mtime_ns = _mtime_ns(member)
    os.utime(name, ns=(mtime_ns, mtime_ns), dir_fd=parent, follow_symlinks=False)


def _mtime_ns(member: tarfile.TarInfo) -> int:
    """To the nanosecond where the archive has it; a float has not."""
    seconds, _, rest = member.pax_headers.get("mtime", str(int(member.mtime))).partition(".")
    return int(seconds) * 10**9 + int(rest.ljust(9, "0")[:9])
