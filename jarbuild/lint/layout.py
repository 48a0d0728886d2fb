"""The way back from a value to the file: where each character of a node's text stands.

A value may run over several lines, joined where a backslash continued one, without the comments
between them, without the tabs that `<<-` strips; placeholders may be spelled with leading zeros.
So the text is laid beside the source, and what the source has more is stepped over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from attrs import frozen

from jfile import Span, Text

if TYPE_CHECKING:
    from jfile import Source

_CONTINUATION = re.compile(r"\\\s*")


@frozen
class _Stretch:
    """From `offset` on, text and source line run in parallel."""

    offset: int
    line: int
    column: int


@frozen
class Layout:
    """A value's text and the places of its characters."""

    text: str
    _stretches: tuple[_Stretch, ...]
    _file: str | None = None

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`."""
        line, column = self._locate(start)
        if end <= start:
            return Span(line, column, line, column, self._file)
        end_line, last_column = self._locate(end - 1)
        return Span(line, column, end_line, last_column + 1, self._file)

    def _locate(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._stretches, offset, key=lambda stretch: stretch.offset)
        stretch = self._stretches[max(0, index - 1)]
        return stretch.line, stretch.column + offset - stretch.offset


def lay_out(text: Text, source: Source | None) -> Layout:
    """The layout of a value of `source`, written as itself (not as a JSON string).

    Without its source every place is on the line where the value begins.
    """
    span, content = text.span, str(text)
    is_plain = span.line == span.end_line and span.end_column - span.column == len(content)
    if source is None or is_plain:
        return Layout(content, (_Stretch(0, span.line, span.column),), span.file)
    return Layout(content, tuple(_Alignment(source, span).stretches(text)), span.file)


class _Alignment:
    """Walks along source and text at once."""

    def __init__(self, source: Source, span: Span) -> None:
        self._lines = source.lines
        self._line = span.line
        self._column = span.column
        self._last_line = span.end_line

    def stretches(self, text: Text) -> list[_Stretch]:
        found: list[_Stretch] = []
        offset = 0
        for part in text.parts:
            if isinstance(part, str):
                self._align(part, offset, found)
            else:
                found.append(_Stretch(offset, part.span.line, part.span.column))
                self._line, self._column = part.span.end_line, part.span.end_column
            offset += len(str(part))
        return found

    def _align(self, part: str, offset: int, found: list[_Stretch]) -> None:
        position = 0
        while position < len(part) and self._line <= self._last_line:
            length = self._common(part, position)
            if length:
                found.append(_Stretch(offset + position, self._line, self._column))
                position += length
                self._column += length
            if part.startswith("\n", position):
                found.append(_Stretch(offset + position, self._line, self._column))
                position += 1
                self._next_line()
            elif position < len(part):
                self._step_over(part[position])

    def _common(self, part: str, position: int) -> int:
        """How many characters agree up to the end of the source line, or to its continuation."""
        line = self._lines[self._line - 1]
        end = part.find("\n", position)
        wanted = part[position : end if end >= 0 else len(part)]
        if line.startswith(wanted, self._column - 1):
            return len(wanted)
        rest = line[self._column - 1 :]
        if wanted.startswith(rest):
            return len(rest)
        continued = rest.rstrip()
        if continued.endswith("\\") and wanted.startswith(continued[:-1]):
            return len(continued) - 1
        pairs = zip(wanted, rest, strict=False)
        return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(wanted), len(rest)))

    def _step_over(self, awaited: str) -> None:
        """What stands in the source only: a tab, or the end of a line and the comments below it."""
        rest = self._lines[self._line - 1][self._column - 1 :]
        if rest.startswith("\t") and awaited != "\t":
            self._column += 1
            return
        is_continuation = _CONTINUATION.fullmatch(rest)
        self._next_line()
        while is_continuation and self._line <= self._last_line and self._is_comment():
            self._next_line()

    def _next_line(self) -> None:
        self._line += 1
        self._column = 1

    def _is_comment(self) -> bool:
        return self._lines[self._line - 1].lstrip().startswith("#")
