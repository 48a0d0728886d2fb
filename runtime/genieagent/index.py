"""What the agent knows of a place: its tree, and the files whose content it need not read again.

A file is known by git's index tuple. It is only ever noted where a change that the tuple does not
show is impossible; see stamps.py. So whatever equals its note is what was read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any, NamedTuple

from genieagent.sealed import read_sealed, write_sealed
from genieagent.trees import Digest, Forest, Path, Tree


class Known(NamedTuple):
    """A regular file whose content had this digest when it had this status; times in ns."""

    device: int
    inode: int
    mode: int
    size: int
    modified: int
    changed: int
    sha256: Digest

    def is_still(self, status: os.stat_result) -> bool:
        return self[:6] == _status(status)

    def is_older_than(self, stamp: int) -> bool:
        """Every change from that stamp on would show in its status."""
        return max(self.modified, self.changed) < stamp


def known(status: os.stat_result, sha256: Digest) -> Known:
    return Known(*_status(status), sha256)


def _status(status: os.stat_result) -> tuple[int, int, int, int, int, int]:
    return (
        status.st_dev,
        status.st_ino,
        status.st_mode,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


@dataclass(frozen=True)
class Index:
    """`files` may lack some: those are read again."""

    tree: Tree
    forest: Forest
    files: Mapping[Path, Known]

    def digest_of(self, path: Path, status: os.stat_result) -> Digest | None:
        """A file's digest, where its status is as noted."""
        note = self.files.get(path)
        return note.sha256 if note is not None and note.is_still(status) else None

    def says_the_same_as(self, other: Index) -> bool:
        return (self.tree, self.files) == (other.tree, other.files)


def is_at_or_below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path == folder or path.startswith(folder + b"/") for folder in folders)


def write_index(file: File, index: Index) -> None:
    write_sealed(
        file,
        {
            **tree_to_json(index.tree),
            "objects": objects_to_json(index.forest, index.tree.root),
            "files": {os.fsdecode(path): note for path, note in index.files.items()},
        },
    )


def read_index(file: File) -> Index | None:
    """None where there is none that can be used."""
    content = read_sealed(file)
    if content is None:
        return None
    return Index(
        tree_from_json(content),
        Forest(fresh=objects_from_json(content["objects"])),
        {os.fsencode(path): Known(*note) for path, note in content["files"].items()},
    )


def tree_to_json(tree: Tree) -> dict[str, Any]:
    return {"root": tree.root, "links": [[os.fsdecode(p) for p in group] for group in tree.links]}


def tree_from_json(content: Mapping[str, Any]) -> Tree:
    return Tree(content["root"], links_from_json(content["links"]))


def links_from_json(groups: list[list[str]]) -> tuple[tuple[Path, ...], ...]:
    return tuple(tuple(map(os.fsencode, group)) for group in groups)


def objects_to_json(forest: Forest, root: Digest) -> dict[Digest, str]:
    """The objects of a folder and of all below it."""
    return {digest: os.fsdecode(forest.object(digest)) for digest in forest.reachable(root)}


def objects_from_json(objects: Mapping[Digest, str]) -> dict[Digest, bytes]:
    return {digest: os.fsencode(text) for digest, text in objects.items()}
