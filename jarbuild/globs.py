"""Sources of a COPY that are written with `*`, `?` or `[…]`: which files they name."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from pathlib import Path

from jarbuild.patterns import compile_glob, has_wildcard


def expand_glob(pattern: str) -> list[str]:
    """The paths that match an absolute pattern, sorted as bytes; raises PatternError.

    As in Docker a `*` also stands for names that begin with a dot, and never for a slash.
    """
    paths = ["/"]
    for name in pattern.strip("/").split("/"):
        paths = [found for path in paths for found in _one_level(path, name)]
    return sorted(paths, key=os.fsencode)


def _one_level(folder: str, name: str) -> Iterator[str]:
    """What this part of the pattern matches in one folder."""
    if not has_wildcard(name):
        return _existing(folder, [name.replace("\\", "")])
    matches = compile_glob(name).fullmatch
    return _existing(folder, filter(matches, _names(folder)))


def _names(folder: str) -> list[str]:
    try:
        return [path.name for path in Path(folder).iterdir()]
    except (NotADirectoryError, FileNotFoundError):
        return []


def _existing(folder: str, names: Iterable[str]) -> Iterator[str]:
    paths = (posixpath.join(folder, name) for name in names)
    return (path for path in paths if os.path.lexists(path))
