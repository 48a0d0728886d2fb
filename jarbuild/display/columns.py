"""Tables and cells: how wide text is on a terminal, and how to make it fit."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

GAP = "  "
MORE = "..."


def width_of(stream: TextIO) -> int | None:
    """Columns of the terminal behind the stream; None where there is none to fit."""
    if not stream.isatty():
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def cells(text: str) -> int:
    """Columns the text takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.combining(character) or character in "\u200b\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fitted(text: str, width: int) -> str:
    """The text, cut with `...` where it is wider."""
    if cells(text) <= width:
        return text
    kept = ""
    for character in text:
        if cells(kept + character) > width - len(MORE):
            break
        kept += character
    return (kept.rstrip() + MORE)[: max(width, 0)]


def padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def table(rows: Iterable[Sequence[str]], width: int | None = None) -> list[str]:
    """Rows as aligned lines; the last column gives way where `width` is too small for all."""
    listed = [tuple(row) for row in rows]
    widths = [max(map(cells, column)) for column in zip(*listed, strict=True)]
    lines = [GAP.join(map(padded, row, widths)).rstrip() for row in listed]
    return lines if width is None else [fitted(line, width) for line in lines]
