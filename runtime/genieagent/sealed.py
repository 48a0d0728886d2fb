"""Small databases: JSON in a file that is replaced as a whole, sealed by its digest.

The agent's have the seal in front, and what cannot be read counts as absent. The manager's, which
people and programs read too, have it as the last field of a JSON object.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

_MAGIC = b"genieagent 1 "
_SEAL = ',\n  "seal": "'


def write_sealed(path: Path, value: object) -> None:
    """Durable when this returns; the old file or the new one is there at any moment."""
    with _replacing(path, value) as file:
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def note_sealed(path: Path, value: object, mode: int) -> None:
    """For what may be lost with the machine's power: whoever writes it does not wait for a disk."""
    with _replacing(path, value) as file:
        os.fchmod(file.fileno(), mode)


@contextmanager
def _replacing(path: Path, value: object) -> Iterator[BinaryIO]:
    """The new file, written; it takes its place at the end."""
    content = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    partial = path.with_name(f"{path.name}.new")
    with partial.open("wb") as file:
        file.write(_head(content) + b"\n" + content)
        file.flush()
        yield file
    partial.replace(path)


def read_sealed(path: Path) -> Any | None:
    """None where there is no such file, or it is damaged, or of another version."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return json.loads(content) if head == _head(content) else None


def sealed_text(value: Mapping[str, Any]) -> str:
    """An object that is not empty, as JSON whose last field is the sha256 of all before it: with a
    flipped bit JSON may still be JSON, of something else."""
    text = json.dumps(value, indent=2).removesuffix("\n}")
    return f'{text}{_SEAL}{hashlib.sha256(text.encode()).hexdigest()}"\n}}\n'


def unsealed(text: str) -> Any:
    """Raises ValueError where it is not what was written. What somebody else wrote has no seal."""
    content, seal, digest = text.rpartition(_SEAL)
    if seal and not digest.startswith(hashlib.sha256(content.encode()).hexdigest()):
        raise ValueError("it is not what was written")
    return json.loads(text)


def remove_sealed(path: Path) -> None:
    """Durable, too."""
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _head(content: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(content).hexdigest().encode()


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
