"""JFiles from text and from disk, for programs."""

from __future__ import annotations

import os
from pathlib import Path

from jfile import JFile, parse


def parse_jfile(text: str | bytes, name: str = "JFile") -> JFile:
    """The nodes of a JFile; raises jfile.SyntaxErrors with every mistake in it."""
    return parse(text, name)


def read_jfile(path: str | os.PathLike[str]) -> JFile:
    """The nodes of a JFile on disk; raises OSError and jfile.SyntaxErrors."""
    return parse(Path(path).read_bytes(), os.fspath(path))
