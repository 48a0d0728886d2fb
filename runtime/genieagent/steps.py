"""What is done to a place, one step at a time; a list of steps can be done again from its start.

Whatever a step would remove or replace is named by its inode: a second run does not mistake what
the first one has put there for what was to go.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from genieagent.trees import Digest, Path


@dataclass(frozen=True)
class Keep:
    """Move what is there to the backup folder, with all below it."""

    path: Path
    inode: int


@dataclass(frozen=True)
class Drop:
    path: Path
    inode: int


@dataclass(frozen=True)
class DropFolder:
    """If nothing is left in it."""

    path: Path


@dataclass(frozen=True)
class PutFolder:
    """Made where it is missing; it has these bits and setgid afterwards."""

    path: Path
    mode: int


@dataclass(frozen=True)
class Put:
    """Rename from the stage; of a file its content's digest."""

    path: Path
    staged: str
    sha256: Digest | None


@dataclass(frozen=True)
class PutLink:
    path: Path
    to: Path


@dataclass(frozen=True)
class SetBits:
    """Of a folder, or of what is none: a second run must not take what is there by then for what
    the first one has met."""

    path: Path
    mode: int
    is_folder: bool


@dataclass(frozen=True)
class TakeFromRoot:
    """Rename the root's entry of the same path, with all below it."""

    path: Path


Step = Keep | Drop | DropFolder | PutFolder | Put | PutLink | SetBits | TakeFromRoot
_TYPES: dict[str, type[Step]] = {
    kind.__name__: kind
    for kind in (Keep, Drop, DropFolder, PutFolder, Put, PutLink, SetBits, TakeFromRoot)
}


def step_to_json(step: Step) -> list[Any]:
    values = (getattr(step, field.name) for field in fields(step))
    return [type(step).__name__, *(os.fsdecode(v) if isinstance(v, bytes) else v for v in values)]


def step_from_json(row: Sequence[Any]) -> Step:
    kind = _TYPES[row[0]]
    values: list[Any] = [
        os.fsencode(value) if field.type == "Path" else value
        for field, value in zip(fields(kind), row[1:], strict=True)
    ]
    return kind(*values)
