"""Decides what is to be done to a place for each operation, looking at what is there.

What a build has made may be replaced. What it has not, or what was changed since, is kept.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from genieagent.copying import sha256_of
from genieagent.draft import made_entry
from genieagent.failures import RequestFailedError
from genieagent.index import Index
from genieagent.operations import (
    MakeFolder,
    MakeLink,
    Operation,
    PutAside,
    Remove,
    SetMode,
    Take,
    WriteFile,
)
from genieagent.place import Place
from genieagent.scan import entry_of
from genieagent.stage import Stage, Staged
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
from genieagent.trees import Digest, Entry, Path, join


class Note(NamedTuple):
    """A file as it will be when the steps are done; `changed` None where a step changes it."""

    sha256: Digest
    modified: int
    changed: int | None


@dataclass
class Decider:
    """`index` is what builds have made there (None: nothing is known), `taken` the root's.

    `owns_all`: nothing there is worth keeping. `notes` grows with every decision.
    """

    place: Place
    index: Index | None
    taken: Index | None
    stage: Stage
    owns_all: bool = False
    notes: dict[Path, Note] = field(default_factory=dict)
    _made: set[Path] = field(default_factory=set, init=False)  # folders

    def steps(self, operation: Operation, staged: Staged | None) -> Iterator[Step]:
        """Raises RequestFailedError, OSError."""
        there = self.place.look(operation.path)
        match operation:
            case Remove(path):
                return self._remove(path, there)
            case MakeFolder(path, mode):
                return self._make_folder(path, mode, there)
            case MakeLink(path, to):
                return self._make_link(path, to, there)
            case SetMode(path, mode):
                return self._set_mode(path, mode, there)
            case Take(path):
                return self._take(path)
            case PutAside(path):
                return iter(() if there is None else (Keep(path, there.st_ino),))
        assert staged is not None
        return self._put(operation, staged, there)

    def _remove(self, path: Path, there: os.stat_result | None) -> Iterator[Step]:
        if there is None:
            return
        if stat.S_ISDIR(there.st_mode):
            yield DropFolder(path)
        elif self._may_go(path, there, None):
            yield Drop(path, there.st_ino)
        else:
            yield Keep(path, there.st_ino)

    def _make_folder(self, path: Path, mode: int, there: os.stat_result | None) -> Iterator[Step]:
        if there is not None and not stat.S_ISDIR(there.st_mode):
            may_go = self._may_go(path, there, None)
            yield Drop(path, there.st_ino) if may_go else Keep(path, there.st_ino)
        self._made.add(path)
        yield PutFolder(path, mode)

    def _put(
        self, operation: Operation, staged: Staged, there: os.stat_result | None
    ) -> Iterator[Step]:
        path = operation.path
        yield from self._clear(path, there, made_entry(operation))
        if isinstance(operation, WriteFile) and operation.mtime_ns is None and there is not None:
            staged = self.stage.make_later_than(staged, there)
        if staged.sha256 is not None and staged.mtime_ns is not None:
            self.notes[path] = Note(staged.sha256, staged.mtime_ns, None)
        yield Put(path, staged.name, staged.sha256)

    def _make_link(self, path: Path, to: Path, there: os.stat_result | None) -> Iterator[Step]:
        yield from self._clear(path, there, None)
        if to in self.notes:
            self.notes[path] = self.notes[to]
        yield PutLink(path, to)

    def _set_mode(self, path: Path, mode: int, there: os.stat_result | None) -> Iterator[Step]:
        digest = self.index.digest_of(path, there) if self.index and there else None
        if digest is not None and there is not None:
            self.notes[path] = Note(digest, there.st_mtime_ns, None)
        is_folder = there is not None and stat.S_ISDIR(there.st_mode)
        yield SetBits(path, mode, is_folder or path in self._made)

    def _take(self, path: Path) -> Iterator[Step]:
        """As few renames as possible: only where both are folders, what is in them one by one."""
        if self.taken is None:
            raise RequestFailedError("unscanned", "the root's content is not known")
        forest = self.taken.forest
        pending, merged = [path], []
        while pending:
            at = pending.pop()
            entry, there = forest.find(self.taken.tree.root, at), self.place.look(at)
            if entry is None:
                raise RequestFailedError("mismatch", f"the root has no {os.fsdecode(at)}")
            if entry.kind == "folder" and there is not None and stat.S_ISDIR(there.st_mode):
                yield PutFolder(at, entry.mode | stat.S_IRWXU)  # open until all is in it
                merged.append(SetBits(at, entry.mode, is_folder=True))
                inner = sorted(forest.folder(entry.value), reverse=True)
                pending += [join(at, name) for name in inner]
            else:
                yield from self._clear(at, there, entry)
                yield TakeFromRoot(at)
        yield from reversed(merged)

    def _clear(
        self, path: Path, there: os.stat_result | None, wanted: Entry | None
    ) -> Iterator[Step]:
        """Before something is renamed to `path`, which replaces what is no folder by itself."""
        if there is None:
            return
        # A folder may be gone when it is its turn: what builds made in it is removed before.
        if stat.S_ISDIR(there.st_mode) or not self._may_go(path, there, wanted):
            yield Keep(path, there.st_ino)
        elif wanted is not None and wanted.kind == "folder":
            yield Drop(path, there.st_ino)

    def _may_go(self, path: Path, there: os.stat_result, wanted: Entry | None) -> bool:
        """True where nothing is lost: it is as built, or as it will be."""
        if self.owns_all:
            return True
        built = self.index.forest.find(self.index.tree.root, path) if self.index else None
        return any(self._is_like(path, there, entry) for entry in (built, wanted) if entry)

    def _is_like(self, path: Path, there: os.stat_result, entry: Entry) -> bool:
        """In content; bits are nobody's work."""
        folder, name = self.place.parent(path)
        found = entry_of(there, folder, name)
        if found is None or (found.kind, found.size) != (entry.kind, entry.size):
            return False
        if found.kind != "file":
            return found.value == entry.value
        known = self.index.digest_of(path, there) if self.index else None
        return (known or self._read(path)) == entry.value

    def _read(self, path: Path) -> Digest:
        with self.place.reading(path) as file:
            return sha256_of(file)
