"""Fixes put into a text: edits that do not touch each other, again and again until none is left."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from attrs import frozen

from jarbuild.lint.document import Document
from jarbuild.lint.finding import Edit, Finding, Fix
from jfile import Source

_BYTE_ORDER_MARK = "\ufeff"
_MOST_ROUNDS = 6
"""A fix may make way for others; a rule that is not done after so many rounds never is."""


@frozen
class Fixed:
    """A document after its fixes, what is left to say about it, and how many were made."""

    document: Document
    findings: tuple[Finding, ...]
    count: int = 0

    @property
    def content(self) -> bytes:
        return _whole_text(self.document.source).encode("utf-8", "surrogateescape")


def fix_document(
    document: Document, lint: Callable[[Document], Iterable[Finding]], *, unsafe: bool
) -> Fixed:
    """Everything that can be fixed is; unsafe fixes too where they are asked for."""
    findings, count, rounds = tuple(lint(document)), 0, Counter[str]()
    while True:
        chosen = [f for f in findings if _is_fixable(f, unsafe) and rounds[f.code] < _MOST_ROUNDS]
        text, made = apply_fixes(document.source, [f.fix for f in chosen if f.fix])
        if not made:
            return Fixed(document, findings, count)
        document = document.with_content(text.encode("utf-8", "surrogateescape"))
        findings, count = tuple(lint(document)), count + made
        rounds.update({finding.code for finding in chosen})


def _is_fixable(finding: Finding, unsafe: bool) -> bool:
    return finding.fix is not None and (unsafe or finding.fix.is_safe)


def apply_fixes(source: Source, fixes: Sequence[Fix]) -> tuple[str, int]:
    """The text, its byte order mark included, with as many of the fixes as do not collide."""
    offsets = _Offsets(source)
    placed = ([offsets.place(edit) for edit in fix.edits] for fix in fixes)
    chosen: list[_Placed] = []
    made = 0
    for edits in sorted(placed, key=lambda edits: [(e.start, e.end) for e in edits]):
        if not any(_collides(edit, chosen) for edit in edits):
            for edit in edits:
                insort(chosen, edit)
            made += 1
    return _put(_whole_text(source), chosen), made


@frozen(order=True)
class _Placed:
    """An edit by offsets."""

    start: int
    end: int
    text: str


class _Offsets:
    """From lines and columns to offsets in the whole text."""

    def __init__(self, source: Source) -> None:
        # The mark stands before column 1 of the first line.
        first = 1 if source.has_byte_order_mark else 0
        lengths = (len(line) + 1 for line in source.lines)
        self._starts = list(accumulate(lengths, initial=first))
        self._end = first + len(source.text)

    def place(self, edit: Edit) -> _Placed:
        span = edit.span
        start = self._offset(span.line, span.column)
        return _Placed(start, self._offset(span.end_line, span.end_column), edit.text)

    def _offset(self, line: int, column: int) -> int:
        if line > len(self._starts):
            return self._end
        return min(self._starts[line - 1] + column - 1, self._end)


def _collides(edit: _Placed, chosen: Sequence[_Placed]) -> bool:
    """Whether it touches what the nearest edits touch, or begins where one begins."""
    index = bisect_right(chosen, (edit.start, edit.end), key=lambda e: (e.start, e.end))
    near = chosen[max(0, index - 1) : index + 1]
    return any(_overlap(edit, other) for other in near)


def _overlap(one: _Placed, other: _Placed) -> bool:
    return one.start == other.start or (one.start < other.end and other.start < one.end)


def _put(text: str, edits: Sequence[_Placed]) -> str:
    pieces, position = [], 0
    for edit in edits:
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])


def _whole_text(source: Source) -> str:
    return (_BYTE_ORDER_MARK if source.has_byte_order_mark else "") + source.text
