"""What turns one tree on disk into another: a list of small operations, as data.

The manager decides the list, the agent executes it in order. Paths are below the place (home or
root) they are applied to.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from genieagent.trees import Digest, Path


@dataclass(frozen=True)
class Remove:
    """Unlink; a folder goes only if nothing is left in it."""

    path: Path


@dataclass(frozen=True)
class MakeFolder:
    path: Path
    mode: int


@dataclass(frozen=True)
class WriteFile:
    """`size` bytes at `offset` of the message's next descriptor become the file.

    `mtime_ns` None is the time of writing. `check`: hash the bytes before the rename.
    """

    path: Path
    mode: int
    size: int
    sha256: Digest
    mtime_ns: int | None = None
    offset: int = 0
    check: bool = False


@dataclass(frozen=True)
class CloneFile:
    """The content of the build root's file `at`, with its modification time."""

    path: Path
    mode: int
    size: int
    sha256: Digest
    at: Path


@dataclass(frozen=True)
class Take:
    """Rename the build root's entry of the same path into the home, with all below it."""

    path: Path


@dataclass(frozen=True)
class MakeLink:
    """A second name for the file `to`."""

    path: Path
    to: Path


@dataclass(frozen=True)
class MakeSymlink:
    path: Path
    target: bytes


@dataclass(frozen=True)
class MakeFifo:
    path: Path
    mode: int


@dataclass(frozen=True)
class SetMode:
    path: Path
    mode: int


@dataclass(frozen=True)
class PutAside:
    """What no build has made goes to the backup folder, with all below it."""

    path: Path


Operation = (
    Remove
    | MakeFolder
    | WriteFile
    | CloneFile
    | Take
    | MakeLink
    | MakeSymlink
    | MakeFifo
    | SetMode
    | PutAside
)
TYPES = (
    Remove, MakeFolder, WriteFile, CloneFile, Take, MakeLink, MakeSymlink, MakeFifo, SetMode,
    PutAside,
)  # fmt: skip
_BY_NAME = {kind.__name__: kind for kind in TYPES}


def to_wire(operation: Operation) -> dict[str, Any]:
    """JSON-able; bytes become text by os.fsdecode."""
    values = {f.name: getattr(operation, f.name) for f in fields(operation)}
    texts = {k: os.fsdecode(v) if isinstance(v, bytes) else v for k, v in values.items()}
    return {"op": type(operation).__name__, **texts}


def from_wire(message: Mapping[str, Any]) -> Operation:
    """The inverse of `to_wire`; raises KeyError or TypeError for what is no operation."""
    kind = _BY_NAME[message["op"]]
    known = {f.name: f.type for f in fields(kind)}
    values: dict[str, Any] = {
        name: os.fsencode(value) if known[name] in ("Path", "bytes") else value
        for name, value in message.items()
        if name != "op"
    }
    operation: Operation = kind(**values)
    return operation
