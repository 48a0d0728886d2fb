"""Does steps on a place. Nothing is decided here but what to do about what stands in the way."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from genieagent.backup import Backup
from genieagent.place import PIN, Place, move, pinned, set_mode
from genieagent.stage import Stage
from genieagent.steps import (
    Drop,
    DropFolder,
    Keep,
    Put,
    PutFolder,
    PutLink,
    SetBits,
    Step,
    TakeFromRoot,
)
from genieagent.trees import NEW_FOLDER_MODE, Digest, Path, join

_NO_WAY = {
    errno.EEXIST, errno.EISDIR, errno.ELOOP, errno.ENOENT, errno.ENOTDIR, errno.ENOTEMPTY,
}  # fmt: skip


@dataclass
class Builder:
    """`root` is what is taken from.

    `distrusts_stage`: after a crash, staged files are read before they are used; `is_incomplete`
    when one of them was damaged.
    """

    place: Place
    root: Place
    stage: Stage
    backup: Backup
    distrusts_stage: bool = False
    is_incomplete: bool = field(default=False, init=False)

    def do_all(self, steps: Iterable[Step]) -> None:
        """Raises OSError."""
        for step in steps:
            self.do(step)

    def do(self, step: Step) -> None:
        """Raises OSError."""
        try:
            self._do(step)
        except OSError as error:
            # Somebody in a living home has moved or replaced what leads there.
            if error.errno not in _NO_WAY:
                raise
            if isinstance(step, PutFolder | Put | PutLink | TakeFromRoot):
                self._make_way(step)
                self._do(step)

    def _do(self, step: Step) -> None:
        match step:
            case Keep(path, inode):
                if self._is_there(path, inode):
                    self.backup.keep(self.place, path)
            case Drop(path, inode):
                if self._is_there(path, inode):
                    folder, name = self.place.parent(path)
                    os.unlink(name, dir_fd=folder)
            case DropFolder(path):
                self._drop_folder(path)
            case PutFolder(path, mode):
                self._put_folder(path, mode)
            case Put(path, staged, sha256):
                self._put(path, staged, sha256)
            case PutLink(path, to):
                self._put_link(path, to)
            case SetBits(path, mode, is_folder):
                if self.place.look(path) is not None:
                    self._set_bits(path, mode, is_folder=is_folder)
            case TakeFromRoot(path):
                self._take(path)

    def _is_there(self, path: Path, inode: int) -> bool:
        status = self.place.look(path)
        return status is not None and status.st_ino == inode

    def _drop_folder(self, path: Path) -> None:
        self.place.forget()
        try:
            folder, name = self.place.parent(path)
            os.rmdir(name, dir_fd=folder)
        except OSError as error:
            if error.errno not in _NO_WAY:
                raise

    def _put_folder(self, path: Path, mode: int) -> None:
        folder, name = self.place.parent(path)
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=folder)
        with pinned(folder, name, PIN | os.O_DIRECTORY) as pin:
            self._set_folder_mode(pin, mode)

    def _put(self, path: Path, staged: str, sha256: Digest | None) -> None:
        if not self.stage.holds(staged):
            return  # an earlier run has put it there
        if self.distrusts_stage and not self.stage.is_whole(staged, sha256):
            self.is_incomplete = True
            return
        folder, name = self.place.parent(path)
        os.rename(staged, name, src_dir_fd=self.stage.descriptor, dst_dir_fd=folder)

    def _put_link(self, path: Path, to: Path) -> None:
        there, source = self.place.look(path), self.place.look(to)
        if source is None or (there is not None and there.st_ino == source.st_ino):
            return
        # By way of the stage: link(2) does not replace, and renaming a file over another name of
        # it does nothing at all.
        staged = f"link-{os.urandom(8).hex()}"
        folder, name = self.place.parent(to)
        os.link(
            name,
            staged,
            src_dir_fd=folder,
            dst_dir_fd=self.stage.descriptor,
            follow_symlinks=False,
        )
        folder, name = self.place.parent(path)
        os.rename(staged, name, src_dir_fd=self.stage.descriptor, dst_dir_fd=folder)

    def _set_bits(self, path: Path, mode: int, *, is_folder: bool) -> None:
        folder, name = self.place.parent(path)
        with pinned(folder, name) as pin:
            found = os.fstat(pin).st_mode
            if stat.S_ISDIR(found) and is_folder:
                self._set_folder_mode(pin, mode)
            elif not (stat.S_ISDIR(found) or is_folder or stat.S_ISLNK(found)):
                set_mode(pin, mode)

    def _set_folder_mode(self, pin: int, mode: int) -> None:
        self.place.forget()  # it may be this very folder, opened for as long as we are in it
        set_mode(pin, mode | stat.S_ISGID)

    def _take(self, path: Path) -> None:
        if self.root.look(path) is None:
            return  # an earlier run has taken it
        source, name = self.root.parent(path)
        target, _ = self.place.parent(path)
        move(name, source, target)
        self.root.forget()
        self.place.forget()

    def _make_way(self, step: Step) -> None:
        at = b""
        for name in step.path.split(b"/")[:-1]:
            at = join(at, name)
            self._keep_unless_folder(at)
            if self.place.look(at) is None:
                self._put_folder(at, NEW_FOLDER_MODE)
        if isinstance(step, PutFolder):
            self._keep_unless_folder(step.path)
        elif self.place.look(step.path) is not None:
            self.backup.keep(self.place, step.path)

    def _keep_unless_folder(self, path: Path) -> None:
        status = self.place.look(path)
        if status is not None and not stat.S_ISDIR(status.st_mode):
            self.backup.keep(self.place, path)
