"""From one tree to another: the operations that do it, as a list. Nothing here touches a disk.

Removals come first (what lies deepest before what holds it), then what is made or changed
(folders before what is in them), last the bits of folders that their owner may not write to:
such a folder stays open while the list is executed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from genieagent.operations import (
    MakeFifo,
    MakeFolder,
    MakeLink,
    MakeSymlink,
    Operation,
    Remove,
    SetMode,
)
from genieagent.trees import Change, Entry, Forest, Path, Tree, compare, split

OWNER_BITS = 0o700
"""Without all of these an owner cannot change what is in a folder."""


class WriteContent(Protocol):
    """Makes the operation that gives a file its content."""

    def __call__(self, path: Path, entry: Entry) -> Operation: ...


def transition(
    forest: Forest, old: Tree, new: Tree, write: WriteContent, drifted: Iterable[Change] = ()
) -> list[Operation]:
    """What turns a place that holds `old` into one that holds `new`.

    `drifted` tells where the place is not as `old` says: path, the entry that is really there
    (or None) as `old`, and the wanted one as `new`. Raises KeyError for a folder that `forest`
    cannot give.
    """
    changes = _merged(compare(forest, old.root, new.root), drifted)
    relinked = dict(_relinked(forest, old, new, changes))
    links = _followers(new, changes.keys() | relinked)
    changes.update(_made_anew(changes, relinked))
    opened = dict(_opened_folders(forest, old, new, changes))
    return [
        *(SetMode(path, mode | OWNER_BITS) for path, mode in opened.items()),
        *_removals(changes),
        *_makings(changes, links, write),
        *_closings(forest, new, changes, opened),
    ]


def _merged(changes: Iterable[Change], drifted: Iterable[Change]) -> dict[Path, Change]:
    """By path; where an entry has drifted, what is really there counts as the old one."""
    merged = {change.path: change for change in changes}
    merged.update((change.path, change) for change in drifted)
    return merged


def _relinked(
    forest: Forest, old: Tree, new: Tree, changes: Mapping[Path, Change]
) -> Iterator[tuple[Path, Entry]]:
    """Files whose group of hard links changed, or one of their group did."""
    before, after = _groups(old), _groups(new)
    moved = {p for p in before.keys() | after.keys() if before.get(p) != after.get(p)}
    touched = {p for group in new.links if any(p in changes for p in group) for p in group}
    for path in moved | touched:
        entry = forest.find(new.root, path)
        if entry is not None and entry.kind == "file":
            yield path, entry


def _made_anew(
    changes: Mapping[Path, Change], relinked: Mapping[Path, Entry]
) -> Iterator[tuple[Path, Change]]:
    """Such a file is written or linked whatever is there: its old self may be another's, too."""
    for path, entry in relinked.items():
        change = changes.get(path)
        if change is None or not _is_other_kind(change):
            yield path, Change(path, None, entry)


def _groups(tree: Tree) -> dict[Path, tuple[Path, ...]]:
    return {path: tuple(sorted(group)) for group in tree.links for path in group}


def _followers(new: Tree, affected: Iterable[Path]) -> dict[Path, Path]:
    """Every path that becomes a second name, with the first name of its file."""
    wanted = set(affected)
    groups = (sorted(group) for group in new.links)
    return {p: first for first, *rest in groups for p in rest if p in wanted or first in wanted}


def _opened_folders(
    forest: Forest, old: Tree, new: Tree, changes: Mapping[Path, Change]
) -> Iterator[tuple[Path, int]]:
    """Folders that stay, hold a change and are closed to their owner: opened for the while."""
    for parent in sorted({split(path)[0] for path in changes} - {b""}):
        entry = changes[parent].old if parent in changes else forest.find(old.root, parent)
        if entry and entry.kind == "folder" and entry.mode & OWNER_BITS != OWNER_BITS:
            yield parent, entry.mode


def _removals(changes: Mapping[Path, Change]) -> Iterator[Operation]:
    gone = (c.path for c in changes.values() if c.old and (c.new is None or _is_other_kind(c)))
    return (Remove(path) for path in sorted(gone, key=lambda p: (p.count(b"/"), p), reverse=True))


def _is_other_kind(change: Change) -> bool:
    """A folder cannot be renamed over, nor anything over a folder."""
    kinds = {entry.kind for entry in (change.old, change.new) if entry is not None}
    return len(kinds) > 1 and "folder" in kinds


def _makings(
    changes: Mapping[Path, Change], links: Mapping[Path, Path], write: WriteContent
) -> Iterator[Operation]:
    firsts, seconds = [], []
    for path in sorted(changes, key=lambda p: (p.count(b"/"), p)):
        change = changes[path]
        if change.new is None:
            continue
        if path in links:
            seconds.append(MakeLink(path, links[path]))
        else:
            firsts.append(_making(change, change.new, write))
    return iter([*firsts, *seconds])


def _making(change: Change, new: Entry, write: WriteContent) -> Operation:
    match new.kind:
        case "folder" if change.old and change.old.kind == "folder":
            return SetMode(change.path, new.mode | OWNER_BITS)
        case "folder":
            return MakeFolder(change.path, new.mode | OWNER_BITS)
        case "symlink":
            return MakeSymlink(change.path, bytes.fromhex(new.value))
        case "fifo":
            return MakeFifo(change.path, new.mode)
        case "file" if _only_bits_differ(change.old, new):
            return SetMode(change.path, new.mode)
        case _:
            return write(change.path, new)


def _only_bits_differ(old: Entry | None, new: Entry) -> bool:
    return old is not None and old != new and old._replace(mode=new.mode) == new


def _closings(
    forest: Forest, new: Tree, changes: Mapping[Path, Change], opened: Mapping[Path, int]
) -> Iterator[Operation]:
    """Folders that were held open get the bits they shall have, deepest first."""
    for path in sorted({*opened, *changes}, key=lambda p: (p.count(b"/"), p), reverse=True):
        entry = changes[path].new if path in changes else forest.find(new.root, path)
        if entry and entry.kind == "folder" and entry.mode & OWNER_BITS != OWNER_BITS:
            yield SetMode(path, entry.mode)
