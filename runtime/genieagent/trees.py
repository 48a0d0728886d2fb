"""What a folder holds, as a Merkle tree: the one form that agent, planner and runner share.

A folder's *object* is the canonical text of its entries; its digest is the sha256 of that text,
so equal subfolders are one object and a comparison costs what differs, not what is there. The
shape follows git's trees and the Remote Execution API's Directory messages. No owners, no times.

Nothing here touches a disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Digest = str
"""A sha256 in 64 lower-case hexadecimal digits."""

Path = bytes
"""A path below the root: names joined by b"/", no leading slash; b"" is the root itself."""

Kind = Literal["file", "folder", "symlink", "fifo"]
_LETTERS: dict[Kind, bytes] = {"file": b"f", "folder": b"d", "symlink": b"l", "fifo": b"p"}
_KINDS: dict[bytes, Kind] = {letter: kind for kind, letter in _LETTERS.items()}


class Entry(NamedTuple):
    """One name in a folder.

    `value` is the sha256 of a file, the digest of a folder, the target of a symlink in
    hexadecimal (a target may hold any byte), and empty for a fifo. `mode` holds the permission
    bits 07777, without setgid on folders (whoever makes a home's folder sets that bit); 0o777
    for a symlink. `size` is a file's length in bytes, else 0.
    """

    kind: Kind
    mode: int
    value: str = ""
    size: int = 0


Folder = dict[bytes, Entry]
"""The entries of one folder by name; iteration order has no meaning."""

Objects = Callable[[Digest], bytes]
"""Gives a folder's object by its digest; raises KeyError for an unknown one."""


class BrokenObjectError(ValueError):
    """An object that no `folder_object` wrote: damaged, or not of this version."""


def sha256(content: bytes) -> Digest:
    return hashlib.sha256(content).hexdigest()


def folder_object(folder: Mapping[bytes, Entry]) -> bytes:
    """The canonical text of a folder: its entries sorted by name as bytes, each ended by NUL."""
    return b"".join(
        b"%c %o %s %d %s\0" % (_LETTERS[e.kind], e.mode, e.value.encode(), e.size, name)
        for name, e in sorted(folder.items())
    )


def parse_folder(content: bytes) -> Folder:
    """The inverse of `folder_object`; raises BrokenObjectError."""
    try:
        return dict(_parse_entry(record) for record in content.split(b"\0")[:-1])
    except (ValueError, KeyError) as error:
        raise BrokenObjectError(f"not a folder object: {content[:40]!r}") from error


def _parse_entry(record: bytes) -> tuple[bytes, Entry]:
    letter, mode, value, size, name = record.split(b" ", 4)
    return name, Entry(_KINDS[letter], int(mode, 8), value.decode("ascii"), int(size))


EMPTY_FOLDER: Digest = sha256(b"")

NEW_FOLDER_MODE = 0o775
"""The bits of a folder made on the way: 0755 with the group's bits as in every home."""


@dataclass(frozen=True)
class Tree:
    """A whole home: its root folder, and the groups of paths that are one file (hard links)."""

    root: Digest = EMPTY_FOLDER
    links: tuple[tuple[Path, ...], ...] = ()

    @property
    def digest(self) -> Digest:
        return sha256(self.serialise())

    def serialise(self) -> bytes:
        """Canonical text: version, root, then one line per link group, paths in hexadecimal."""
        groups = sorted(tuple(sorted(group)) for group in self.links)
        lines = [b" ".join(path.hex().encode() for path in group) for group in groups]
        return b"\n".join([b"jarbuild tree 1", self.root.encode(), *lines])

    @classmethod
    def parse(cls, content: bytes) -> Tree:
        """The inverse of `serialise`; raises BrokenObjectError."""
        head, *lines = content.split(b"\n")
        if head != b"jarbuild tree 1" or not lines or len(lines[0]) != 64:
            raise BrokenObjectError(f"not a tree object: {content[:40]!r}")
        return cls(lines[0].decode(), tuple(map(_parse_group, lines[1:])))


def _parse_group(line: bytes) -> tuple[Path, ...]:
    return tuple(bytes.fromhex(path.decode()) for path in line.split())


EMPTY_TREE = Tree()


@dataclass
class Forest:
    """Folders in memory over a store of objects: read on demand, written by digest.

    `objects` is asked for what is not in memory; `fresh` holds what was added here.
    """

    objects: Objects | None = None
    fresh: dict[Digest, bytes] = field(default_factory=dict)
    _parsed: dict[Digest, Folder] = field(default_factory=dict)

    def folder(self, digest: Digest) -> Folder:
        """The folder with this digest, not to be changed; raises KeyError or BrokenObjectError."""
        if digest not in self._parsed:
            self._parsed[digest] = parse_folder(self.object(digest))
        return self._parsed[digest]

    def object(self, digest: Digest) -> bytes:
        """The object with this digest; raises KeyError."""
        if digest == EMPTY_FOLDER:
            return b""
        if digest in self.fresh:
            return self.fresh[digest]
        if self.objects is None:
            raise KeyError(digest)
        return self.objects(digest)

    def add(self, folder: Folder) -> Digest:
        """Keep a folder; its digest comes back."""
        content = folder_object(folder)
        digest = sha256(content)
        self.fresh.setdefault(digest, content)
        self._parsed[digest] = folder
        return digest

    def find(self, root: Digest, path: Path) -> Entry | None:
        """The entry at `path`, or None; symlinks are not followed. b"" is a folder."""
        entry: Entry | None = Entry("folder", NEW_FOLDER_MODE, root)
        for name in path.split(b"/") if path else ():
            if entry is None or entry.kind != "folder":
                return None
            entry = self.folder(entry.value).get(name)
        return entry

    def walk(self, root: Digest, prefix: Path = b"") -> Iterator[tuple[Path, Entry]]:
        """Every entry below a folder, a folder before what is in it, names in byte order."""
        pending = [(prefix, root)]
        while pending:
            at, digest = pending.pop()
            inner = []
            for name, entry in sorted(self.folder(digest).items()):
                path = join(at, name)
                yield path, entry
                if entry.kind == "folder":
                    inner.append((path, entry.value))
            pending.extend(reversed(inner))

    def reachable(self, root: Digest) -> Iterator[Digest]:
        """The digests of a folder and of every folder below it, each once."""
        seen = set()
        pending = [root]
        while pending:
            digest = pending.pop()
            if digest not in seen:
                seen.add(digest)
                yield digest
                pending += [e.value for e in self.folder(digest).values() if e.kind == "folder"]

    def build(self, entries: Mapping[Path, Entry]) -> Digest:
        """The root folder that holds these entries, given flat; missing parents are new folders.

        A folder's own `value` is ignored: it follows from what lies below it.
        """
        inside: dict[Path, dict[bytes, Entry]] = {b"": {}}
        modes = {path: e.mode for path, e in entries.items() if e.kind == "folder"}
        for path, entry in entries.items():
            if entry.kind == "folder":
                _open_folders(inside, path)
            else:
                parent, name = split(path)
                _open_folders(inside, parent)
                inside[parent][name] = entry
        return self._close_folders(inside, modes)

    def _close_folders(self, inside: dict[Path, Folder], modes: Mapping[Path, int]) -> Digest:
        for path in sorted(inside, key=_depth, reverse=True):
            if path:
                parent, name = split(path)
                mode = modes.get(path, NEW_FOLDER_MODE)
                inside[parent][name] = Entry("folder", mode, self.add(inside[path]))
        return self.add(inside[b""])


def _open_folders(inside: dict[Path, Folder], path: Path) -> None:
    while path not in inside:
        inside[path] = {}
        path = split(path)[0]


def _depth(path: Path) -> int:
    return path.count(b"/") + 1 if path else 0


def join(parent: Path, name: bytes) -> Path:
    return parent + b"/" + name if parent else name


def split(path: Path) -> tuple[Path, bytes]:
    """Parent and last name; the parent of a top-level name is b""."""
    parent, _, name = path.rpartition(b"/")
    return parent, name


class Change(NamedTuple):
    """One path that differs between two trees; `old` or `new` is None where it is absent.

    A folder whose own bits are equal is no change; what differs below it is. A folder that
    appears or goes is a change, and so is everything in it.
    """

    path: Path
    old: Entry | None
    new: Entry | None


def compare(forest: Forest, old: Digest, new: Digest) -> Iterator[Change]:
    """What turns one folder into another, parents before children; equal subfolders unread."""
    pending = [(b"", old, new)]
    while pending:
        at, before, after = pending.pop()
        if before == after:
            continue
        mine, theirs = forest.folder(before), forest.folder(after)
        for name in sorted(mine.keys() | theirs.keys()):
            path, a, b = join(at, name), mine.get(name), theirs.get(name)
            if a != b and _shape(a) != _shape(b):
                yield Change(path, a, b)
            if a != b:
                pending.append((path, _inside(a), _inside(b)))


def _shape(entry: Entry | None) -> Entry | None:
    """An entry without its content where that is compared entry by entry."""
    return entry._replace(value="") if entry and entry.kind == "folder" else entry


def _inside(entry: Entry | None) -> Digest:
    return entry.value if entry and entry.kind == "folder" else EMPTY_FOLDER


def shared_mode(kind: Kind, mode: int) -> int:
    """The bits an entry has in a home, where the manager's group may do what the owner may.

    A private entry (no bit for group and others) stays as it is. Callers leave alone what lies
    below a private folder. Setgid on folders is not part of a tree.
    """
    if kind == "symlink":
        return 0o777
    if kind == "folder":
        mode &= ~0o2000
    return mode | (mode & 0o700) >> 3 if mode & 0o077 else mode
