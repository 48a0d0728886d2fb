"""All that is in a folder, however deep that goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress


def walk(top: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """What `os.walk` gives, in a loop: before Python 3.12 that calls itself for each level.

    What cannot be read, or lies deeper than a path can say, is left out.
    """
    pending = [top]
    while pending:
        at = pending.pop()
        folders: list[str] = []
        files: list[str] = []
        with suppress(OSError), os.scandir(at) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
        yield at, folders, files
        pending += [f"{at}/{name}" for name in reversed(folders)]
