"""The place of a mistake, drawn: its lines, and carets under it. Colour is added elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from .nodes import Span
from .pictures import pictured
from .source import Source

MOST_LINES = 3
TAB = 4
_CUT = "…"


def excerpt(source: Source, span: Span, width: int = 100) -> list[str]:
    """The span's first lines, three at most, numbered, with a line of carets below the first.

    No line takes more than `width` columns on a terminal. What could change the terminal is shown
    as a picture, tabs as blanks.
    """
    last = min(span.end_line, span.line + MOST_LINES - 1)
    margin = len(str(last))
    room = width - margin - len(" | ")
    shown, carets = _draw(_line(source, span.line), span.column - 1, _end(source, span), room)
    return [
        f"{span.line:>{margin}} | {shown}",
        f"{'':>{margin}} | {carets}",
        *(
            f"{number:>{margin}} | {_draw(_line(source, number), 0, 0, room)[0]}"
            for number in range(span.line + 1, last + 1)
        ),
    ]


def _line(source: Source, number: int) -> str:
    return source.lines[number - 1].removesuffix("\r") if number <= len(source.lines) else ""


def _end(source: Source, span: Span) -> int:
    """Where the carets end on the span's first line."""
    if span.end_line == span.line:
        return span.end_column - 1
    return len(_line(source, span.line))


def _draw(line: str, start: int, end: int, room: int) -> tuple[str, str]:
    """The part of the line that fits, from a little before `start` on, and the carets below it."""
    low = max(0, start - room)  # of a line of megabytes only what may be shown is looked at
    cells = list(_cells(line[low : start + room]))
    first, last = _window([_width(cell) for cell in cells], start - low, room, len(line))
    left = _CUT if low + first > 0 else ""
    right = _CUT if low + last < len(line) else ""
    before = _width(left + "".join(cells[first : start - low]))
    below = _width("".join(cells[start - low : min(end - low, last)]))
    return f"{left}{''.join(cells[first:last])}{right}", " " * before + "^" * max(1, below)


def _window(widths: list[int], start: int, room: int, length: int) -> tuple[int, int]:
    """The first cell shown and the one behind the last."""
    caret_behind = 1 if start >= length else 0
    if len(widths) == length and sum(widths) + caret_behind <= room:
        return 0, length
    room -= 2 * len(_CUT)
    first, used = start, 0
    while first > 0 and used + widths[first - 1] <= room // 3:
        first -= 1
        used += widths[first]
    last, used = first, 0
    while last < len(widths) and used + widths[last] <= room:
        used += widths[last]
        last += 1
    return first, last


def _cells(text: str) -> Iterator[str]:
    """What is shown for each character."""
    column = 0
    for character in text:
        cell = " " * (TAB - column % TAB) if character == "\t" else pictured(character)
        column += _width(cell)
        yield cell


def _width(text: str) -> int:
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
