"""The files around a JFile: what is there, and what `.jarignore` leaves out."""

from __future__ import annotations

import posixpath
import stat
from functools import cached_property
from pathlib import Path
from typing import Literal

from attrs import define

from jarbuild.globs import expand_glob
from jarbuild.ignore import IgnoreError, Rules, parse_ignore_file
from jarbuild.patterns import PatternError

IGNORE_FILE = ".jarignore"

Kind = Literal["file", "folder"]


@define(slots=False)
class Context:
    """The JFile's folder. Paths are relative to it, and never lead out of it."""

    root: Path

    def kind(self, path: str) -> Kind | None:
        """What is there, symlinks followed; None where nothing is."""
        mode = self._mode(path)
        if mode is None:
            return None
        return "folder" if stat.S_ISDIR(mode) else "file"

    def is_executable(self, path: str) -> bool:
        mode = self._mode(path)
        return mode is not None and bool(mode & stat.S_IXUSR)

    def matches(self, pattern: str) -> bool:
        """Whether a COPY source with wildcards names anything."""
        try:
            return bool(expand_glob(posixpath.join(str(self.root.absolute()), pattern)))
        except (PatternError, OSError, ValueError):
            return True  # the build will say what is wrong with it

    def beside(self, path: str) -> list[str]:
        """What is in the folder where `path` should be, written as `path` is."""
        folder = posixpath.dirname(path)
        try:
            return [posixpath.join(folder, found.name) for found in (self.root / folder).iterdir()]
        except (OSError, ValueError):
            return []

    def is_ignored(self, path: str) -> bool:
        """Whether `.jarignore` leaves it out, a folder with all that is in it."""
        folder, name = posixpath.split(posixpath.normpath(path))
        if name == ".":
            return False
        rules = self._rules.at(folder)
        return rules.is_closed(name) if self.kind(path) == "folder" else rules.leaves_out(name)

    def _mode(self, path: str) -> int | None:
        try:
            return (self.root / path).stat().st_mode
        except (OSError, ValueError):
            return None

    @cached_property
    def _rules(self) -> Rules:
        try:
            return parse_ignore_file((self.root / IGNORE_FILE).read_bytes())
        except (OSError, IgnoreError):
            return Rules()
