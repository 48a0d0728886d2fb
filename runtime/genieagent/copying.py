"""Bytes from one file to another by the kernel, holes kept; and their digests."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator

from genieagent.trees import Digest

_CHUNK = 1 << 20
_SMALL = 1 << 16
"""Up to here two system calls are cheaper than asking for holes and having the kernel copy."""
_NO_RANGE_COPY = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM}


class ShortError(OSError):
    """The source ended before all was copied: somebody changed it."""


def copy(source: int, offset: int, size: int, target: int, at: int = 0) -> None:
    """`size` bytes at `offset` of a file to `at` of another; where there are holes, none are
    written. The target must end at or before `at`, and ends behind the bytes afterwards.

    Raises ShortError and OSError.
    """
    if size <= _SMALL:
        _write(target, _read(source, offset, size), at)
        return
    if offset + size > os.fstat(source).st_size:
        raise ShortError(errno.EIO, "the file is shorter than it was")
    for begin, end in _stretches(source, offset, offset + size):
        _copy_stretch(source, begin, end, target, at + begin - offset)
    if os.fstat(target).st_size < at + size:
        os.ftruncate(target, at + size)


def _read(source: int, offset: int, size: int) -> bytes:
    content = os.pread(source, size, offset)
    if len(content) < size:
        raise ShortError(errno.EIO, "the file is shorter than it was")
    return content


def _write(target: int, content: bytes, at: int) -> None:
    while content:
        written = os.pwrite(target, content, at)
        content, at = content[written:], at + written


def _stretches(source: int, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Where data lies; all of it where the file system cannot tell."""
    while begin < end:
        try:
            begin = os.lseek(source, begin, os.SEEK_DATA)
            hole = os.lseek(source, begin, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole is left
                return
            hole = end
        if begin < end:
            yield begin, min(hole, end)
        begin = hole


def _copy_stretch(source: int, begin: int, end: int, target: int, at: int) -> None:
    while begin < end:
        copied = _copy_some(source, begin, end - begin, target, at)
        if copied == 0:
            raise ShortError(errno.EIO, "the file became shorter while it was copied")
        begin += copied
        at += copied


def _copy_some(source: int, begin: int, count: int, target: int, at: int) -> int:
    try:
        return os.copy_file_range(source, target, count, begin, at)
    except OSError as error:
        if error.errno not in _NO_RANGE_COPY:
            raise
    return os.pwrite(target, os.pread(source, min(count, _CHUNK), begin), at)


def sha256_of(file: int) -> Digest:
    """Of a whole regular file, from its beginning wherever its position is."""
    beginning = os.pread(file, _CHUNK, 0)
    if len(beginning) < _CHUNK:
        return hashlib.sha256(beginning).hexdigest()
    digest = hashlib.sha256()
    position, size = 0, os.fstat(file).st_size
    for begin, end in _stretches(file, 0, size):
        _add_hole(digest, begin - position)
        _add_data(digest, file, begin, end)
        position = end
    _add_hole(digest, size - position)
    return digest.hexdigest()


def _add_hole(digest: hashlib._Hash, size: int) -> None:
    """A hole is not read: the kernel would fill as much memory with zeros."""
    zeros = bytes(min(size, _CHUNK))
    while size > 0:
        digest.update(memoryview(zeros)[:size])
        size -= len(zeros)


def _add_data(digest: hashlib._Hash, file: int, begin: int, end: int) -> None:
    while begin < end and (piece := os.pread(file, min(_CHUNK, end - begin), begin)):
        digest.update(piece)
        begin += len(piece)
