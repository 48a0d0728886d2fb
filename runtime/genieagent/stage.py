"""Where the contents of a change get ready, on the place's file system, to be renamed into it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path as File

from genieagent import folders
from genieagent.copying import ShortError, copy, sha256_of
from genieagent.failures import RequestFailedError
from genieagent.operations import CloneFile, WriteFile
from genieagent.place import FOLDER
from genieagent.trees import Digest

_NS = 1_000_000_000


@dataclass(frozen=True)
class Staged:
    """A file, symlink or fifo under its name in the stage. Of a file its digest and its time."""

    name: str
    sha256: Digest | None = None
    mtime_ns: int | None = None


@dataclass
class Stage:
    """A folder of its own; a context manager."""

    path: File
    descriptor: int = field(init=False)
    _numbers: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.path.mkdir(mode=0o700, exist_ok=True)
        self.descriptor = os.open(self.path, FOLDER)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def remove(self) -> None:
        """With what is left in it."""
        parent = os.open(self.path.parent, FOLDER)
        try:
            folders.remove_folder(parent, self.path.name)
        finally:
            os.close(parent)

    def new_name(self) -> str:
        return str(next(self._numbers))

    def write(self, operation: WriteFile, source: int) -> Staged:
        """Raises RequestFailedError where the content is not what was announced, and OSError."""
        return self._file(
            operation, source, operation.offset, operation.mtime_ns, check=operation.check
        )

    def clone(self, operation: CloneFile, source: int) -> Staged:
        """Raises as `write` does."""
        mtime_ns = os.fstat(source).st_mtime_ns
        return self._file(operation, source, 0, mtime_ns, check=True)

    def symlink(self, target: bytes) -> Staged:
        name = self.new_name()
        os.symlink(target, name, dir_fd=self.descriptor)
        return Staged(name)

    def fifo(self, mode: int) -> Staged:
        name = self.new_name()
        os.mkfifo(name, dir_fd=self.descriptor)
        os.chmod(name, mode, dir_fd=self.descriptor)
        return Staged(name)

    def make_later_than(self, staged: Staged, replaced: os.stat_result) -> Staged:
        """A file that replaces another is a whole second younger: Python trusts a .pyc by whole
        seconds, make an object by its time."""
        least = (replaced.st_mtime_ns // _NS + 1) * _NS
        if staged.mtime_ns is None or staged.mtime_ns >= least:
            return staged
        os.utime(staged.name, ns=(least, least), dir_fd=self.descriptor)
        return Staged(staged.name, staged.sha256, least)

    def is_whole(self, name: str, sha256: Digest | None) -> bool:
        """False where a crash has left less of a file than was written."""
        if sha256 is None:
            return True
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.descriptor)
        try:
            return sha256_of(file) == sha256
        finally:
            os.close(file)

    def holds(self, name: str) -> bool:
        try:
            os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def _file(
        self,
        operation: WriteFile | CloneFile,
        source: int,
        offset: int,
        mtime_ns: int | None,
        *,
        check: bool,
    ) -> Staged:
        name = self.new_name()
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        file = os.open(name, flags, 0o600, dir_fd=self.descriptor)
        try:
            _fill(file, operation, source, offset, check=check)
            os.fchmod(file, operation.mode)
            if mtime_ns is not None:
                os.utime(file, ns=(mtime_ns, mtime_ns))
            return Staged(name, operation.sha256, os.fstat(file).st_mtime_ns)
        finally:
            os.close(file)


def _fill(
    file: int, operation: WriteFile | CloneFile, source: int, offset: int, *, check: bool
) -> None:
    path = os.fsdecode(operation.path)
    if not stat.S_ISREG(os.fstat(source).st_mode):
        raise RequestFailedError("damaged", f"the content of {path} comes from no file")
    try:
        copy(source, offset, operation.size, file)
    except ShortError as error:
        raise RequestFailedError("damaged", f"the content of {path} is too short") from error
    if check and sha256_of(file) != operation.sha256:
        raise RequestFailedError("damaged", f"the content of {path} is not what it should be")
