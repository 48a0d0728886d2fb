"""Here-documents in shell text: where they are opened, and the line that closes each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from attrs import frozen

# `<<` opens a here-document except in quotes, behind a backslash, in arithmetic, in a comment and
# as part of `<<<`. The alternatives before the last one step over those.
_OPENING = re.compile(
    r"""
      '[^']*'
    | "(?:[^"\\]|\\.)*"
    | \\.
    | \(\((?:[^()]|\([^()]*\))*\)\)
    | (?<!\S)\#.*
    | <<<
    | <<(?P<tabs>-?)[ \t]*(?P<quote>['"]?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)
      (?=[\s;|&<>)]|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSING = re.compile(r"(\s*)([A-Za-z_][A-Za-z0-9_]*)(\s*)")


@frozen
class Opening:
    """`<<NAME` or, with `tabs`, `<<-NAME`: then tabs may stand before the closing line."""

    name: str
    tabs: bool
    start: int
    end: int


def openings(text: str) -> Iterator[Opening]:
    """Every here-document that this shell text opens, in order."""
    if "<<" not in text:
        return
    for match in _OPENING.finditer(text):
        if match["name"]:
            yield Opening(match["name"], bool(match["tabs"]), match.start(), match.end())


class Closings:
    """The lines of a file that could close a here-document.

    Collected in one pass: a search from each opening would be quadratic where none is closed.
    """

    def __init__(self, lines: list[str]) -> None:
        self._exact: defaultdict[str, list[int]] = defaultdict(list)
        self._tabbed: defaultdict[str, list[int]] = defaultdict(list)
        self._indented: defaultdict[str, list[int]] = defaultdict(list)
        for index, line in enumerate(lines):
            if match := _CLOSING.fullmatch(line):
                self._add(index, *match.groups())

    def _add(self, index: int, before: str, name: str, after: str) -> None:
        self._indented[name].append(index)
        if after.rstrip("\r"):
            return
        if not before.strip("\t"):
            self._tabbed[name].append(index)
        if not before:
            self._exact[name].append(index)

    def find(self, opening: Opening, first: int) -> int | None:
        """The index of the closing line, at `first` or later."""
        lines = self._tabbed if opening.tabs else self._exact
        return _first_from(lines[opening.name], first)

    def find_indented(self, opening: Opening, first: int) -> int | None:
        """The line that was probably meant to close it, but has blanks around the name."""
        return _first_from(self._indented[opening.name], first)


def _first_from(indices: list[int], first: int) -> int | None:
    position = bisect_left(indices, first)
    return indices[position] if position < len(indices) else None
