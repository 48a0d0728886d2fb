"""Brings a place from the tree that it is to another, operation by operation.

A home changes all at once, at the commit and under a journal. A root changes as the operations
come, without an index meanwhile: what a crash leaves of it is scanned before it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Protocol

from genieagent import locks
from genieagent.backup import Backup, new_stamp
from genieagent.builder import Builder
from genieagent.decision import Decider, Note
from genieagent.draft import Draft, DraftError
from genieagent.failures import RequestFailedError
from genieagent.index import Index, is_at_or_below, read_index, write_index
from genieagent.journal import Journal, carry_out, look_again
from genieagent.layout import Layout
from genieagent.operations import (
    CloneFile,
    MakeFifo,
    MakeSymlink,
    Operation,
    PutAside,
    Remove,
    Take,
    WriteFile,
)
from genieagent.place import Place
from genieagent.stage import Stage, Staged
from genieagent.steps import Step, TakeFromRoot
from genieagent.trees import EMPTY_TREE, Digest, Entry, Forest, Path, Tree, split


class Change(Protocol):
    """To be closed, whatever happened. Everything raises RequestFailedError and OSError."""

    def add(self, operation: Operation, source: int | None) -> None:
        """`source` holds the content of a WriteFile; it is read before this returns."""

    def commit(self, tree: Tree) -> Backup:
        """The place is `tree` when this returns; what was kept of the old one comes back."""

    def close(self) -> None: ...


class RootChange:
    """Of the build root, whose scan must have left an index."""

    def __init__(self, layout: Layout):
        self._file = layout.index("root")
        self._index = _read_root_index(layout)
        self._file.unlink()
        self._gone: set[Path] = set()
        self._stack = ExitStack()
        self._place = self._stack.enter_context(Place(layout.place("root")))
        self._stage = self._stack.enter_context(_new_stage(layout))
        backup = Backup(layout.backup, new_stamp())
        self._builder = Builder(self._place, self._place, self._stage, backup)
        self._decider = Decider(self._place, self._index, None, self._stage, owns_all=True)
        self._draft = Draft(self._index.forest, self._index.tree.root)

    def add(self, operation: Operation, source: int | None) -> None:
        if isinstance(operation, Take | PutAside):
            raise RequestFailedError("request", "that is done to a home only")
        _draw(self._draft, operation, None)
        staged = _stage_content(self._stage, self._place, operation, source)
        self._builder.do_all(self._decider.steps(operation, staged))
        if isinstance(operation, Remove):
            self._gone.add(operation.path)

    def commit(self, tree: Tree) -> Backup:
        _check(self._draft.close(), tree)
        files = {p: note for p, note in self._index.files.items() if p not in self._gone}
        files.update(look_again(self._place, self._decider.notes))
        write_index(self._file, Index(tree, self._draft.forest, files))
        return self._builder.backup

    def close(self) -> None:
        self._stack.close()
        self._stage.remove()


class HomeChange:
    """Of the home. Paths below `persist` are only written where nothing is yet."""

    def __init__(self, layout: Layout, persist: tuple[Path, ...]):
        self._layout = layout
        self._index = read_index(layout.index("home"))
        self._taken: Index | None = None
        self._stack = ExitStack()
        self._home = self._stack.enter_context(Place(layout.place("home")))
        self._root = self._stack.enter_context(Place(layout.place("root")))
        self._stage = self._stack.enter_context(_new_stage(layout))
        forest = Forest(fresh=dict(self._index.forest.fresh) if self._index else {})
        self._draft = Draft(forest, (self._index.tree if self._index else EMPTY_TREE).root)
        self._seeded = tuple(path for path in persist if self._home.look(path) is not None)
        self._pending: list[tuple[Operation, Staged | None]] = []
        self._is_committed = False

    def add(self, operation: Operation, source: int | None) -> None:
        if isinstance(operation, Take):
            self._draw_take(operation)
        else:
            _draw(self._draft, operation, None)
        if not is_at_or_below(operation.path, self._seeded):
            staged = _stage_content(self._stage, self._root, operation, source)
            self._pending.append((operation, staged))

    def commit(self, tree: Tree) -> Backup:
        _check(self._draft.close(), tree)
        with locks.held(self._layout.journal_lock):
            journal = self._decide(tree)
            for place in (self._home, self._root):
                place.forget()  # with it, what a closed folder's mode was: a step may change it
            self._is_committed = True
            return carry_out(self._layout, journal)

    def close(self) -> None:
        self._stack.close()
        if not self._is_committed:
            self._stage.remove()

    def _draw_take(self, operation: Take) -> None:
        if self._taken is None:
            self._taken = _read_root_index(self._layout)
            self._draft.forest.fresh.update(self._taken.forest.fresh)
        taken = self._taken.forest.find(self._taken.tree.root, operation.path)
        if taken is None:
            raise RequestFailedError("mismatch", f"no {os.fsdecode(operation.path)} in the root")
        _draw(self._draft, operation, taken)

    def _decide(self, tree: Tree) -> Journal:
        decider = Decider(self._home, self._index, self._taken, self._stage)
        steps = [s for op, staged in self._pending for s in decider.steps(op, staged)]
        stage = self._stage.path.relative_to(self._layout.all_tmp)
        return Journal(
            stage=str(stage),
            stamp=new_stamp(),
            steps=tuple(steps),
            tree=tree,
            objects=dict(self._new_objects(tree)),
            notes={**decider.notes, **dict(_taken_notes(steps, self._taken))},
            gone=tuple(op.path for op, _ in self._pending if isinstance(op, Remove)),
        )

    def _new_objects(self, tree: Tree) -> Iterator[tuple[Digest, bytes]]:
        old: Mapping[Digest, bytes] = self._index.forest.fresh if self._index else {}
        forest = self._draft.forest
        return ((d, forest.object(d)) for d in forest.reachable(tree.root) if d not in old)


def _new_stage(layout: Layout) -> Stage:
    return Stage(layout.tmp / f"change-{new_stamp()}-{os.getpid()}")


def _read_root_index(layout: Layout) -> Index:
    index = read_index(layout.index("root"))
    if index is None:
        raise RequestFailedError("unscanned", "nobody knows what the root holds: scan it first")
    return index


def _stage_content(
    stage: Stage, root: Place, operation: Operation, source: int | None
) -> Staged | None:
    match operation:
        case WriteFile():
            if source is None:
                raise RequestFailedError("request", "a file came without its content")
            return stage.write(operation, source)
        case CloneFile(at=at):
            with root.reading(at) as original:
                return stage.clone(operation, original)
        case MakeSymlink(_, target):
            return stage.symlink(target)
        case MakeFifo(_, mode):
            return stage.fifo(mode)
    return None


def _draw(draft: Draft, operation: Operation, taken: Entry | None) -> None:
    try:
        draft.apply(operation, taken)
    except (DraftError, KeyError) as error:
        raise RequestFailedError("mismatch", f"this does not fit: {error}") from error


def _check(drawn: Digest, tree: Tree) -> None:
    if drawn != tree.root:
        raise RequestFailedError("mismatch", "the operations do not make the tree they are for")


def _taken_notes(steps: list[Step], taken: Index | None) -> Iterator[tuple[Path, Note]]:
    """Renaming stamps what is renamed, not what is in it."""
    if taken is None:
        return
    moved = {step.path for step in steps if isinstance(step, TakeFromRoot)}
    for path, note in taken.files.items():
        if path in moved:
            yield path, Note(note.sha256, note.modified, None)
        elif _is_below_one_of(path, moved):
            yield path, Note(note.sha256, note.modified, note.changed)


def _is_below_one_of(path: Path, folders: set[Path]) -> bool:
    while path:
        path = split(path)[0]
        if path in folders:
            return True
    return False
