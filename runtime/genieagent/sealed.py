"""The agent's small databases: JSON in a file that is replaced as a whole, sealed by its digest.

What cannot be read counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

_MAGIC = b"genieagent 1 "


def write_sealed(path: Path, value: object, mode: int | None = None) -> None:
    """Durable when this returns; the old file or the new one is there at any moment."""
    content = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    partial = path.with_name(f"{path.name}.new")
    with partial.open("wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(_head(content) + b"\n" + content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _sync_folder(path.parent)


def read_sealed(path: Path) -> Any | None:
    """None where there is no such file, or it is damaged, or of another version."""
    try:
        head, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return json.loads(content) if head == _head(content) else None


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
