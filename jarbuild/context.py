"""What COPY can reach: the JFile's folder but for what `.jarignore` leaves out, and absolute paths.

A source becomes an *overlay*: the folder that is put over the home, holding what is copied under
the path it will have there. Errors have no place yet; the planner knows which word is wrong.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from attrs import define, field, frozen

from geniejars import (
    EMPTY_FOLDER,
    EMPTY_TREE,
    NEW_FOLDER_MODE,
    Digest,
    Entry,
    Forest,
    JFileError,
    Place,
    Source,
    Tree,
    join,
    nest,
    place,
)
from geniejars import Path as HomePath
from jarbuild.globs import expand_glob
from jarbuild.ignore import IgnoreError, Rules, parse_ignore_file, parse_patterns
from jarbuild.patterns import PatternError, has_wildcard
from jarbuild.snapshots import NEVER_COPIED, Filters, Snapshots
from jarbuild.stamps import ChangedError, StatCache
from jarbuild.suggestions import nearest

IGNORE_FILE = ".jarignore"
PATTERN_HELP = "a backslash makes the next character an ordinary one, as in \\["


@frozen
class Found:
    """A file or folder to be copied.

    `path` is real, links followed; `name` is the last name as it was written or matched; `inside`
    the path in the context as it was written ("" is the context itself), None elsewhere.
    """

    path: bytes
    name: bytes
    inside: str | None
    seen: os.stat_result = field(eq=False)

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.seen.st_mode)


@frozen
class Destination:
    """A path below the home; `is_folder`: files are put into it under their own names."""

    path: HomePath
    is_folder: bool


@frozen
class Overlay:
    """What a COPY puts over the home, and where the contents of its files lie."""

    digest: Digest = EMPTY_FOLDER
    sources: Mapping[Digest, Source] = field(factory=dict)


@define
class Context:
    """The folder of one JFile. `left_out` gathers sockets, fifos and devices that were met."""

    folder: str
    rules: Rules
    forest: Forest
    stamps: StatCache
    left_out: list[bytes] = field(factory=list)

    @classmethod
    def open(cls, folder: str, forest: Forest, stamps: StatCache) -> Context:
        """Raises JFileError for a `.jarignore` that cannot be read or is malformed."""
        return cls(folder, _read_rules(posixpath.join(folder, IGNORE_FILE)), forest, stamps)

    def find(self, written: str) -> list[Found]:
        """What a source names: itself if it is there, else what it matches; raises JFileError."""
        path = posixpath.normpath(posixpath.join(self.folder, written))
        if os.path.lexists(path) or not has_wildcard(written):
            return [self._named(path, written)]
        try:
            matched = expand_glob(path, self._is_ignored)
        except PatternError as error:
            raise JFileError(str(error)) from error
        except OSError as error:
            _refuse(os.fsencode(error.filename or path), error)
        if not matched:
            raise JFileError(
                f"{written} matches nothing in {self.folder}",
                help=f"jarbuild context lists what is seen there, {IGNORE_FILE} applied",
            )
        return [self._found(p) for p in matched]

    def overlay(
        self,
        found: Sequence[Found],
        destination: Destination,
        *,
        chmod: int | None = None,
        exclude: Sequence[str] = (),
    ) -> Overlay:
        """These sources under this destination; raises JFileError."""
        snapshots = Snapshots(self.forest, self.stamps, _refuse, chmod, left_out=self.left_out)
        excluded = _parse_excludes(exclude)
        tree = EMPTY_TREE
        for source in found:
            entry = self._snapshot(source, snapshots, excluded)
            if entry is not None:
                tree = self._added(tree, _target(source, destination), entry)
        return Overlay(tree.root, snapshots.sources)

    def _whereabouts(self, path: str) -> str:
        """What to do about a source that is not there."""
        folder, name = Path(path).parent, Path(path).name
        there = [p.name for p in folder.iterdir()] if os.access(folder, os.R_OK) else []
        near = nearest(name, there)
        meant = f"did you mean {near}? " if near and near != name else ""
        return f"{meant}sources are looked up in {self.folder}, the context"

    def _added(self, tree: Tree, target: HomePath, entry: Entry) -> Tree:
        return place(self.forest, tree, nest(self.forest, target, entry), home="/")

    def _named(self, path: str, written: str) -> Found:
        if not _exists(path):
            dangling = " is a symlink to nothing" if os.path.lexists(path) else " does not exist"
            raise JFileError(f"{written}{dangling}", help=self._whereabouts(path))
        found = self._found(path)
        if self._is_ignored(path):
            raise JFileError(
                f"{written} is left out by {IGNORE_FILE}",
                help=f"jarbuild context --why {written} names the line; !NAME takes it back",
            )
        return found

    def _found(self, path: str) -> Found:
        real = os.path.realpath(path)
        try:
            seen = Path(real).stat()
        except OSError as error:
            _refuse(os.fsencode(real), error)
        if not stat.S_ISDIR(seen.st_mode) and not stat.S_ISREG(seen.st_mode):
            raise JFileError(f"{path} is no file and no folder", help="COPY takes nothing else")
        name = os.fsencode(posixpath.basename(path))
        return Found(os.fsencode(real), name, self._inside(path), seen)

    def _inside(self, path: str) -> str | None:
        if path == self.folder:
            return ""
        prefix = self.folder.rstrip("/") + "/"
        return path.removeprefix(prefix) if path.startswith(prefix) else None

    def _is_ignored(self, path: str) -> bool:
        """Whether a file of this path, or all of a folder, is left out."""
        inside = self._inside(path)
        if not inside:
            return False
        folder, name = posixpath.split(inside)
        above = self.rules.at(folder)
        is_left_out = above.is_closed if posixpath.isdir(path) else above.leaves_out
        return name in NEVER_COPIED or is_left_out(name)

    def _snapshot(self, source: Found, snapshots: Snapshots, excluded: Rules) -> Entry | None:
        """The source as an entry; None for a file that --exclude names."""
        try:
            if source.is_folder:
                return self._folder(source, snapshots, excluded)
            if excluded.at().leaves_out(os.fsdecode(source.name)):
                return None
            return snapshots.file(source.path, source.seen)
        except ChangedError as error:
            raise JFileError(
                f"{error} changed while it was read",
                help=f"build again when whatever writes it is done, or list it in {IGNORE_FILE}",
            ) from error
        except OSError as error:
            _refuse(source.path, error)

    def _folder(self, source: Found, snapshots: Snapshots, excluded: Rules) -> Entry:
        filters: Filters = ()
        if source.inside is not None and self.rules.patterns:
            filters += (self.rules.at(source.inside),)
        if excluded.patterns:
            filters += (excluded.at(),)
        # Whom a checkout lets in says nothing about a home.
        mode = NEW_FOLDER_MODE if source.inside == "" else snapshots.mode(source.seen)
        return snapshots.folder(source.path, mode, filters)


def _exists(path: str) -> bool:
    """Links followed; raises JFileError where nobody can tell."""
    try:
        Path(path).stat()
    except PermissionError as error:
        _refuse(os.fsencode(path), error)
    except OSError:
        return False
    return True


def _target(source: Found, destination: Destination) -> HomePath:
    """Folders give their content, files themselves."""
    if source.is_folder or not destination.is_folder:
        return destination.path
    return join(destination.path, source.name)


def _refuse(path: bytes, error: OSError) -> NoReturn:
    raise JFileError(
        f"cannot read {os.fsdecode(path)}: {error.strerror or error}",
        help=f"make it readable, or list it in {IGNORE_FILE} if it shall not be copied",
    ) from error


def _read_rules(path: str) -> Rules:
    try:
        return parse_ignore_file(Path(path).read_bytes())
    except FileNotFoundError:
        return Rules()
    except OSError as error:
        raise JFileError(f"cannot read {path}: {error.strerror}") from error
    except IgnoreError as error:
        place = Place(path, error.line)
        raise JFileError(f"{IGNORE_FILE}: {error}", help=PATTERN_HELP, place=place) from error


def _parse_excludes(patterns: Sequence[str]) -> Rules:
    try:
        return parse_patterns(patterns)
    except IgnoreError as error:
        raise JFileError(f"--exclude: {error}", help=PATTERN_HELP) from error
