"""A logical line: what the grammar reads, and the way back to where it stands in the file."""

from __future__ import annotations

import re
from bisect import bisect_right

from attrs import define, field, frozen

from .nodes import Span
from .source import WHITE_SPACE

# In these a backslash at the end of the line is data, as it was in the ancestor. In RUN, CMD, COPY
# and HEALTHCHECK, where it would make little sense as data, it continues the line.
SINGLE_LINE = frozenset((
    "TAG", "ENV", "ARG", "WORKDIR", "DEPEND", "ADDPATH", "IMPORT", "INCLUDE", "PERSIST",
    "STOPSIGNAL",
))  # fmt: skip
KEYWORDS = SINGLE_LINE | {"RUN", "CMD", "COPY", "HEALTHCHECK"}

_FIRST_WORD = re.compile(rf"[{WHITE_SPACE}]*([^{WHITE_SPACE}]*)")


@frozen
class Piece:
    """Where a stretch of one physical line lies in the logical line's text."""

    offset: int
    line: int
    column: int


@frozen
class LogicalLine:
    """One directive's text, white space cut at both ends, and the way back to the file."""

    text: str
    pieces: tuple[Piece, ...] = field(repr=False)
    file: str | None = None

    @property
    def keyword(self) -> str:
        """The first word in upper case; not necessarily one of ours."""
        return first_word(self.text).upper()

    def span(self, start: int, end: int) -> Span:
        """The place in the file of `text[start:end]`."""
        line, column = self._locate(start)
        if end <= start:
            return Span(line, column, line, column, self.file)
        end_line, last_column = self._locate(end - 1)
        return Span(line, column, end_line, last_column + 1, self.file)

    def _locate(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self.pieces, offset, key=_offset) if len(self.pieces) > 1 else 1
        piece = self.pieces[index - 1]
        return piece.line, piece.column + offset - piece.offset


def _offset(piece: Piece) -> int:
    return piece.offset


@define
class Draft:
    """A logical line while it is put together."""

    parts: list[str] = field(factory=list)
    pieces: list[Piece] = field(factory=list)
    length: int = 0

    def append(self, text: str, line: int, column: int) -> None:
        self.pieces.append(Piece(self.length, line, column))
        self._extend(text)

    def break_line(self) -> None:
        self._extend("\n")

    def _extend(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def ends_in_backslash(self) -> bool:
        """One backslash, not two, which are one for the shell; Docker has the same rule."""
        return self.parts[-1].endswith("\\") and not self.parts[-1].endswith("\\\\")

    def cut_backslash(self) -> None:
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1

    def finish(self, file: str | None) -> LogicalLine:
        return LogicalLine(self.text(), tuple(self.pieces), file)

    def text(self) -> str:
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return self.parts[0]


def first_word(text: str) -> str:
    """What stands before the first white space, as it is written."""
    match = _FIRST_WORD.match(text)
    assert match is not None  # every part of the pattern may be empty
    return match[1]
