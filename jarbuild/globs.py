"""Sources of a COPY that are written with `*`, `?` or `[…]`: which files they name."""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from jarbuild.patterns import compile_glob, has_wildcard

_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}


def expand_glob(pattern: str, is_left_out: Callable[[str], bool] = lambda _: False) -> list[str]:
    """The paths that match an absolute pattern, sorted as bytes, but for what is left out with all
    that lies below it.

    As in Docker a `*` also stands for names that begin with a dot, and never for a slash. Raises
    PatternError, and OSError where what matches cannot be told.
    """
    paths = ["/"]
    for name in pattern.strip("/").split("/"):
        found = (match for path in paths for match in _one_level(path, name))
        paths = [path for path in found if not is_left_out(path)]
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
    return (path for path in paths if _is_there(path))


def _is_there(path: str) -> bool:
    try:
        os.lstat(path)
    except OSError as error:
        if error.errno not in _NOT_THERE:
            raise
        return False
    return True
