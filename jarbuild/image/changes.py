"""What a step's layer holds: the difference of two trees as an OCI changeset has it.

Values to values. A file with several names is in one layer with all of them, for a link never
leads into another layer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from attrs import frozen

from geniejars import Change, Entry, Forest, MachineError, Path, Tree, compare, split

WHITEOUT = b".wh."
"""A file so called says that the rest of its name is gone; no other file may be called so."""


@frozen
class Changeset:
    """`removed` holds the topmost paths alone; `put` a folder before what is in it; `links` the
    first name of each path of `put` that is another one."""

    removed: tuple[Path, ...]
    put: tuple[tuple[Path, Entry], ...]
    links: Mapping[Path, Path]

    @property
    def is_empty(self) -> bool:
        return not (self.removed or self.put)


def changeset(forest: Forest, old: Tree, new: Tree) -> Changeset:
    """What turns one tree into another; raises MachineError for a name that no image can hold."""
    changes = {change.path: change for change in compare(forest, old.root, new.root)}
    put = {path: change.new for path, change in changes.items() if change.new is not None}
    for path in _regrouped(old, new, changes):
        if (entry := forest.find(new.root, path)) is not None:
            put[path] = entry
    _refuse_whiteouts(put)
    links = {path: first for first, *rest in _groups(new) for path in rest if path in put}
    return Changeset(tuple(_removed(changes)), tuple(sorted(put.items())), links)


def _regrouped(old: Tree, new: Tree, changes: Mapping[Path, Change]) -> Iterator[Path]:
    """All names of files of which one name is written, came or went."""
    before = {path: group for group in _groups(old) for path in group}
    after = {path: group for group in _groups(new) for path in group}
    for path in before.keys() | after.keys():
        group = after.get(path, (path,))
        if before.get(path) != after.get(path) or any(name in changes for name in group):
            yield from group


def _groups(tree: Tree) -> list[tuple[Path, ...]]:
    return [tuple(sorted(group)) for group in tree.links]


def _removed(changes: Mapping[Path, Change]) -> Iterator[Path]:
    """What goes with a folder, or with one that something else takes the place of, is not named."""
    for path, change in sorted(changes.items()):
        parent = changes.get(split(path)[0])
        is_below = parent is not None and (parent.new is None or parent.new.kind != "folder")
        if change.new is None and not is_below:
            yield path


def _refuse_whiteouts(put: Mapping[Path, Entry]) -> None:
    for path in put:
        if split(path)[1].startswith(WHITEOUT):
            raise MachineError(
                f"an image cannot hold a file called {os.fsdecode(path)}",
                help="names that begin with .wh. say in an image that a file is gone",
            )
