"""Where a jar may have left settings, so that none found there by chance are obeyed.

A config can name programs that the manager then runs: in a folder where a jar writes, it would be
the jar that names them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from geniejars.accounts import state_folder

_BESIDE_A_HOME = ("home", "root", "log", "backup")
"""Parts of every jar's folder, of which the jar can change none; ids tell nothing where a jar has
the manager's own."""

_LIST = "once-writable.jsonl"


def note_writable(folder: Path) -> None:
    """A jar gets this folder to write in. It stays noted: so does what the jar leaves there.

    In the manager's own state folder, whatever config holds.
    """
    place = state_folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    # One write to a file opened to append: notes of two commands at once do not mix.
    with open(os.open(place / _LIST, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as file:  # noqa: PTH123
        file.write(json.dumps(str(folder)) + "\n")


def may_be_a_jars(folder: Path) -> bool:
    """Whether a jar could have written what lies in this folder (a real path)."""
    around = (folder, *folder.parents)
    return any(map(_is_a_home, around)) or not _noted().isdisjoint(map(str, around))


def _is_a_home(folder: Path) -> bool:
    return folder.name in ("home", "root") and all(
        (folder.parent / part).is_dir() for part in _BESIDE_A_HOME
    )


def _noted() -> set[str]:
    try:
        lines = (state_folder() / _LIST).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return set()
    return {json.loads(line) for line in lines}
