"""Characters that no JFile may hold: NUL, and bytes that are no UTF-8."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .errors import Diagnostic, diagnose
from .nodes import Span
from .source import Source

_UNREADABLE = re.compile("[\0\ud800-\udfff]")


def unreadable(source: Source, file: str | None = None) -> Iterator[Diagnostic]:
    """The first such character of each line."""
    if not _UNREADABLE.search(source.text):
        return
    for number, line in enumerate(source.lines, start=1):
        if match := _UNREADABLE.search(line):
            column = match.start() + 1
            yield _explain(match[0], Span(number, column, number, column + 1, file))


def _explain(character: str, span: Span) -> Diagnostic:
    if character == "\0":
        return diagnose("JF008", "a JFile cannot hold a NUL character", span, replacement="")
    return diagnose(
        "JF009",
        f"byte 0x{ord(character) & 0xFF:02X} is not UTF-8",
        span,
        expected="a text file in UTF-8",
        hint="save the file as UTF-8",
    )
