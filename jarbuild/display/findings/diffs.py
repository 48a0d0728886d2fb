"""What fixes change, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from jarbuild.display.controls import escaped
from jarbuild.display.palette import Palette


def diff(name: str, before: bytes, after: bytes, palette: Palette) -> Iterator[str]:
    """Its lines; none where nothing changes."""
    old, new = (content.decode("utf-8", "replace").split("\n") for content in (before, after))
    shown = escaped(name)
    for line in difflib.unified_diff(old, new, shown, f"{shown} (fixed)", lineterm=""):
        yield _painted(escaped(line), palette)


def _painted(line: str, palette: Palette) -> str:
    if line.startswith(("---", "+++")):
        return palette.strong(line)
    if line.startswith("@@"):
        return palette.accent(line)
    paint = {"+": palette.good, "-": palette.bad}.get(line[:1])
    return paint(line) if paint else line
