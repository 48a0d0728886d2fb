"""Logical lines: a file cut into comments, blanks and the texts that the grammar reads.

Knows line ends, comments, continuations and here-documents, but no directive's arguments. The rules
are the ancestor's, and Docker's where the ancestor had none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from attrs import define

from .errors import Diagnostic, diagnose, shortened
from .heredocs import Closings, Opening, openings
from .logical import KEYWORDS, SINGLE_LINE, Draft, LogicalLine, first_word
from .nodes import Blank, Comment, Span
from .source import WHITE_SPACE, Source

Item = Comment | Blank | LogicalLine | Diagnostic


def logical_lines(source: Source, file: str | None = None) -> Iterator[Item]:
    """Every item of the file in order; a comment between continued lines comes before them."""
    return _Reader(source.lines, file).items()


@define(slots=False)
class _Reader:
    """Walks over the physical lines once; `_next` is the index of the first one not yet read."""

    _lines: list[str]
    _file: str | None
    _next: int = 0

    def items(self) -> Iterator[Item]:
        while self._next < len(self._lines):
            text = self._lines[self._next].strip(WHITE_SPACE)
            if not text:
                yield self._read_blanks()
            elif text.startswith("#"):
                yield self._read_comment()
            else:
                yield from self._read_directive(text)

    def _read_blanks(self) -> Blank:
        first = self._next
        while self._next < len(self._lines) and not self._lines[self._next].strip(WHITE_SPACE):
            self._next += 1
        return Blank(Span(first + 1, 1, self._next, 1, self._file))

    def _read_comment(self) -> Comment:
        line = self._lines[self._next]
        text = line.strip(WHITE_SPACE)
        self._next += 1
        column = line.index("#") + 1
        return Comment(text, Span(self._next, column, self._next, column + len(text), self._file))

    def _read_directive(self, text: str) -> Iterator[Item]:
        line = self._lines[self._next]
        self._next += 1
        draft = Draft()
        draft.append(text, self._next, line.index(text) + 1)
        keyword = first_word(text).upper()
        if keyword in SINGLE_LINE:
            yield self._end_single(draft, keyword)
        else:
            yield from self._join_continuations(draft)
            yield self._end(draft, keyword)

    def _end(self, draft: Draft, keyword: str) -> LogicalLine | Diagnostic:
        line = draft.finish(self._file)
        opened = list(openings(line.text)) if keyword in ("RUN", "COPY") else []
        if not opened:
            return line
        return self._end_run(draft, opened) if keyword == "RUN" else self._end_copy(line, opened[0])

    # Continuations

    def _join_continuations(self, draft: Draft) -> Iterator[Comment]:
        while draft.ends_in_backslash() and (following := self._continuation()) is not None:
            while self._next < following:
                yield self._read_comment()
            draft.cut_backslash()
            self._next += 1
            draft.append(self._lines[following].rstrip(WHITE_SPACE), self._next, 1)

    def _continuation(self) -> int | None:
        """The line that continues: the next that is no comment, unless it is blank."""
        for index in range(self._next, len(self._lines)):
            text = self._lines[index].strip(WHITE_SPACE)
            if not text.startswith("#"):
                return index if text else None
        return None

    def _end_single(self, draft: Draft, keyword: str) -> LogicalLine | Diagnostic:
        line = draft.finish(self._file)
        if not self._skip_continuations(draft):
            return line
        return diagnose(
            "JF006",
            f"{keyword} cannot be continued on the next line",
            line.span(len(line.text) - 1, len(line.text)),
            expected="the whole directive on one line",
            hint="write one ENV for each variable" if keyword == "ENV" else None,
        )

    def _skip_continuations(self, draft: Draft) -> bool:
        """Over lines that can only be meant to continue this one; whether there are any."""
        first = self._next
        while draft.ends_in_backslash() and self._runs_on():
            self._next += 1
            draft.append(self._lines[self._next - 1].rstrip(WHITE_SPACE), self._next, 1)
        return self._next > first

    def _runs_on(self) -> bool:
        """Whether the next line makes no sense by itself."""
        if self._next == len(self._lines):
            return False
        word = first_word(self._lines[self._next])
        return bool(word) and not word.startswith("#") and word.upper() not in KEYWORDS

    # Here-documents

    @cached_property
    def _closings(self) -> Closings:
        return Closings(self._lines)

    def _end_run(self, draft: Draft, opened: list[Opening]) -> LogicalLine | Diagnostic:
        line = draft.finish(self._file)
        for opening in opened:
            end = self._closings.find(opening, self._next)
            if end is None:
                return self._unclosed(line, opening)
            self._append_body(draft, end)
        return draft.finish(self._file)

    def _end_copy(self, line: LogicalLine, opening: Opening) -> LogicalLine | Diagnostic:
        end = self._closings.find(opening, self._next)
        if end is None:
            return line
        self._next = end + 1
        return diagnose(
            "JF010",
            "COPY takes no here-document",
            line.span(opening.start, opening.end),
            expected="a file or folder of the context",
            hint=f"RUN cat > FILE <<{shortened(opening.name)}",
        )

    def _append_body(self, draft: Draft, end: int) -> None:
        while self._next <= end:
            line = self._lines[self._next].rstrip("\r")
            self._next += 1
            draft.break_line()
            draft.append(line, self._next, 1)

    def _unclosed(self, line: LogicalLine, opening: Opening) -> Diagnostic:
        name = shortened(opening.name)
        hint = f"close it with a line that holds {name} and nothing else"
        indented = self._closings.find_indented(opening, self._next)
        if indented is not None:
            hint = f"line {indented + 1} has blanks around {name}"
            self._next = indented + 1
        else:
            self._skip_to_directive()
        return diagnose(
            "JF010",
            f"the here-document {name} is never closed",
            line.span(opening.start, opening.end),
            expected=f"a line `{name}` further down",
            hint=hint,
        )

    def _skip_to_directive(self) -> None:
        """What follows may be the body: go on where a line begins like a directive."""
        while self._next < len(self._lines) and first_word(self._lines[self._next]) not in KEYWORDS:
            self._next += 1
