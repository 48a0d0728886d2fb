"""What COPY and WORKDIR make of a home: one tree put over another.

Folders merge, and one that is there keeps its bits. A symlink on the way is followed inside the
home. Files, symlinks and fifos are replaced; a folder never takes the place of something else,
nor the other way round. The result follows from the two trees alone, so that it is the same
whether it is found while planning or when a RUN before it has run.
"""

from __future__ import annotations

import os

from attrs import define, field

from genieagent.trees import (
    NEW_FOLDER_MODE,
    Digest,
    Entry,
    Folder,
    Forest,
    Path,
    Tree,
    join,
    split,
)
from geniejars.errors import JFileError

MOST_LINKS = 40
"""As many symlinks as the kernel follows in one path."""


class ConflictError(JFileError):
    """What is copied and what is in the home already cannot both be."""

    code = "copy-conflict"


def place(forest: Forest, tree: Tree, overlay: Digest, home: str) -> Tree:
    """The home's tree after the folder `overlay` was put over it; raises ConflictError.

    `home` is the home's path as the jar sees it: a symlink there stays inside. A path that is
    written anew leaves its group of hard links.
    """
    placement = _Placement(forest, tree.root, os.fsencode(home))
    placement.put(overlay)
    groups = (tuple(p for p in group if p not in placement.written) for group in tree.links)
    return Tree(placement.close(), tuple(group for group in groups if len(group) > 1))


def nest(forest: Forest, path: Path, entry: Entry) -> Digest:
    """The folder that holds just this entry under this path; b"" is the folder itself."""
    while path:
        path, name = split(path)
        entry = Entry("folder", NEW_FOLDER_MODE, forest.add({name: entry}))
    return entry.value


@define
class _Placement:
    """A home being changed: its folders are opened as they are needed, and written at the end."""

    forest: Forest
    root: Digest
    home: bytes
    written: set[Path] = field(factory=set, init=False)
    _open: dict[Path, Folder] = field(factory=dict, init=False)

    def put(self, overlay: Digest) -> None:
        self._open[b""] = dict(self.forest.folder(self.root))
        pending = [(b"", overlay)]
        while pending:
            at, digest = pending.pop()
            for name, entry in sorted(self.forest.folder(digest).items()):
                if (target := self._put_entry(at, name, entry)) is not None:
                    pending.append((target, entry.value))

    def close(self) -> Digest:
        """The changed root; what was not opened is not written again."""
        for path in sorted(self._open, key=lambda p: p.count(b"/"), reverse=True):
            if path:
                parent, name = split(path)
                digest = self.forest.add(self._open[path])
                self._open[parent][name] = self._open[parent][name]._replace(value=digest)
        return self.forest.add(self._open[b""])

    def _put_entry(self, at: Path, name: bytes, entry: Entry) -> Path | None:
        """Where the content of a folder goes if it has to be merged with what is there."""
        folder, path = self._folder(at), join(at, name)
        there = folder.get(name)
        if entry.kind != "folder":
            self._replace(folder, path, entry)
        elif there is None:
            folder[name] = entry
        elif there.kind == "symlink":
            return _followed(self.forest, self.root, path, self.home)
        elif there.kind != "folder":
            raise _conflict(path, f"is a {there.kind} in the home, and a folder is to be there")
        elif there.value != entry.value:
            return path
        return None

    def _replace(self, folder: Folder, path: Path, entry: Entry) -> None:
        name = split(path)[1]
        if name in folder and folder[name].kind == "folder":
            raise _conflict(path, "is a folder in the home", "to copy into it, end the path with /")
        self.written.add(path)
        folder[name] = entry

    def _folder(self, path: Path) -> Folder:
        unopened = []
        while path not in self._open:
            path, name = split(path)
            unopened.append(name)
        folder = self._open[path]
        for name in reversed(unopened):
            path = join(path, name)
            folder = self._open[path] = dict(self.forest.folder(folder[name].value))
        return folder


def _followed(forest: Forest, root: Digest, path: Path, home: bytes) -> Path:
    """The folder of the home that a path with symlinks leads to; raises ConflictError."""
    at: Path = b""
    names, links_left = path.split(b"/")[::-1], MOST_LINKS
    while names:
        name = names.pop()
        if name in (b"", b"."):
            continue
        if name == b"..":
            at = _above(at, path)
            continue
        entry = _way_on(forest.find(root, join(at, name)), path)
        if entry.kind == "folder":
            at = join(at, name)
        else:
            links_left -= 1
            at, target = _target(at, entry, home, path, links_left)
            names += target.split(b"/")[::-1]
    return at


def _way_on(entry: Entry | None, path: Path) -> Entry:
    if entry is None or entry.kind not in ("folder", "symlink"):
        raise _conflict(path, "is a symlink in the home that leads to no folder")
    return entry


def _above(at: Path, path: Path) -> Path:
    if not at:
        raise _leaves(path)
    return split(at)[0]


def _target(at: Path, link: Entry, home: bytes, path: Path, links_left: int) -> tuple[Path, Path]:
    """Where a symlink is resolved from, and what it says."""
    if links_left < 0:
        raise _conflict(path, "is a symlink in the home that leads to itself")
    target = bytes.fromhex(link.value)
    return (b"", _in_home(target, home, path)) if target.startswith(b"/") else (at, target)


def _in_home(target: bytes, home: bytes, path: Path) -> bytes:
    """An absolute target as a path below the home."""
    if target != home and not target.startswith(home + b"/"):
        raise _leaves(path)
    return target[len(home) :]


def _leaves(path: Path) -> ConflictError:
    return _conflict(path, "is a symlink that leads out of the home")


def _conflict(path: Path, problem: str, help: str | None = None) -> ConflictError:
    return ConflictError(f"{os.fsdecode(path)} {problem}", help=help)
