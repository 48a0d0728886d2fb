"""Files that carry their own checksum: written whole, or as good as absent."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from geniejars import MachineError, sha256

PARTIAL = ".partial-"
"""How the name of a file begins that is being written."""


class DamagedFileError(ValueError):
    """A file whose content is not what was once written."""


def write_sealed(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace the file; see `replacing` for `durable`."""
    with replacing(path, durable=durable) as file:
        file.write(sha256(content).encode() + b"\n" + content)


def read_sealed(path: Path) -> bytes:
    """What was written; raises DamagedFileError, and OSError where there is no such file."""
    seal, _, content = path.read_bytes().partition(b"\n")
    if seal != sha256(content).encode():
        raise DamagedFileError(str(path))
    return content


def make_cache(folder: Path) -> None:
    """The cache's folder, where it is missing; raises MachineError where it cannot be made."""
    try:
        make_private(folder)
    except OSError as error:
        raise MachineError(
            f"cannot make the cache {folder}: {error.strerror}",
            help="set XDG_CACHE_HOME to a folder where you may write",
        ) from error


def make_private(folder: Path) -> None:
    """The folder and all that lead to it, where they are missing, for its owner alone."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` at the end, unless an exception came.

    Without `durable` a crash of the machine may leave it empty: for files that can tell so.
    """
    make_private(path.parent)
    descriptor, name = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(descriptor)
        # Rename last: a reader must never find half an entry under its final name.
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
