"""A tree that operations change, before and without any disk."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field

from genieagent.operations import (
    CloneFile,
    MakeFifo,
    MakeFolder,
    MakeLink,
    MakeSymlink,
    Operation,
    PutAside,
    Remove,
    SetMode,
    Take,
    WriteFile,
)
from genieagent.trees import EMPTY_FOLDER, Digest, Entry, Folder, Forest, Path, split


class DraftError(ValueError):
    """Operations that do not fit the tree they are for."""


def made_entry(operation: Operation) -> Entry | None:
    """What an operation makes that says all about it itself; None for the others."""
    match operation:
        case WriteFile(_, mode, size, sha256) | CloneFile(_, mode, size, sha256):
            return Entry("file", mode, sha256, size)
        case MakeSymlink(_, target):
            return Entry("symlink", 0o777, target.hex())
        case MakeFifo(_, mode):
            return Entry("fifo", mode)
    return None


@dataclass
class Draft:
    """Folders are opened for change one by one; `close` gives the digest of the whole."""

    forest: Forest
    root: Digest
    _opened: dict[Path, Folder] = field(default_factory=dict)

    def apply(self, operation: Operation, taken: Entry | None = None) -> None:
        """`taken` is what a Take brings. Raises DraftError."""
        match operation:
            case Remove(path):
                self._remove(path)
            case MakeFolder(path, mode):
                self._make_folder(path, mode)
            case MakeLink(path, to):
                self._put(path, self._existing(to))
            case SetMode(path, mode):
                self._set_mode(path, mode)
            case PutAside(path):
                self._refuse_known(path)
            case Take(path):
                assert taken is not None
                self._put(path, taken)
            case _:
                made = made_entry(operation)
                assert made is not None
                self._put(operation.path, made)

    def close(self) -> Digest:
        """What is in a folder before the folder; the digest of the root comes back."""
        for path in sorted(self._opened, key=lambda p: p.count(b"/"), reverse=True):
            if path:
                digest = self.forest.add(self._opened[path])
                parent, name = split(path)
                self._opened[parent][name] = self._opened[parent][name]._replace(value=digest)
        return self.forest.add(self._opened[b""]) if self._opened else self.root

    def _put(self, path: Path, entry: Entry) -> None:
        self._forget(path)
        parent, name = split(path)
        self._open(parent)[name] = entry

    def _make_folder(self, path: Path, mode: int) -> None:
        parent, name = split(path)
        there = self._open(parent).get(name)
        if there is not None and there.kind == "folder":
            self._opened[parent][name] = there._replace(mode=mode)
        else:
            self._put(path, Entry("folder", mode, EMPTY_FOLDER))

    def _set_mode(self, path: Path, mode: int) -> None:
        parent, name = split(path)
        self._open(parent)[name] = self._existing(path)._replace(mode=mode)

    def _remove(self, path: Path) -> None:
        self._forget(path)
        parent, name = split(path)
        with suppress(DraftError):  # it is not in the tree, nor is what it lies in
            self._open(parent).pop(name, None)

    def _refuse_known(self, path: Path) -> None:
        if self.forest.find(self.root, path) is not None:
            raise DraftError(f"{os.fsdecode(path)} was made by a build")

    def _existing(self, path: Path) -> Entry:
        parent, name = split(path)
        entry = self._open(parent).get(name)
        if entry is None:
            raise DraftError(f"{os.fsdecode(path)} is not in the tree")
        return entry

    def _open(self, path: Path) -> Folder:
        """The folder, to be changed, with all that lead to it."""
        closed = []
        while path not in self._opened and path:
            closed.append(path)
            path = split(path)[0]
        if not path and path not in self._opened:
            self._opened[path] = dict(self.forest.folder(self.root))
        for inner in reversed(closed):
            parent, name = split(inner)
            self._opened[inner] = self._copy(self._opened[parent].get(name), inner)
        return self._opened[closed[0] if closed else path]

    def _copy(self, entry: Entry | None, path: Path) -> Folder:
        if entry is None or entry.kind != "folder":
            raise DraftError(f"{os.fsdecode(path)} is no folder in the tree")
        return dict(self.forest.folder(entry.value))

    def _forget(self, path: Path) -> None:
        """What was opened there is no part of the tree any more."""
        if path in self._opened:
            below = path + b"/"
            for opened in [p for p in self._opened if p == path or p.startswith(below)]:
                del self._opened[opened]
