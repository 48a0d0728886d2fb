"""Where JFiles are: what a path on the command line stands for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from geniejars import UsageError
from jarbuild.folders import walk

STDIN = "-"


def found_jfiles(paths: Sequence[str]) -> list[str]:
    """The files, and in folders whatever is called JFile, JFile.* or *.jfile; each once."""
    found = (name for path in paths for name in _found_at(path))
    return list(dict.fromkeys(found))


def _found_at(path: str) -> Iterator[str]:
    if path == STDIN or Path(path).is_file():
        yield path
    elif Path(path).is_dir():
        if not os.access(path, os.R_OK | os.X_OK):  # nothing found would pass for nothing wrong
            raise UsageError(
                f"cannot look into {path}", help="you need the rights to read it and to pass"
            )
        yield from _search(path)
    else:
        raise UsageError(f"there is no {path}", help="PATH is a JFile, a folder of them, or -")


def _search(folder: str) -> Iterator[str]:
    for top, folders, files in walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.normpath(f"{top}/{name}") for name in sorted(files) if _is_jfile(name))


def _is_jfile(name: str) -> bool:
    return name == "JFile" or name.startswith("JFile.") or name.endswith(".jfile")
