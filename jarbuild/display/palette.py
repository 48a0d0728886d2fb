"""Colours by hand: a handful of SGR codes, or none."""

from __future__ import annotations

import os
from typing import TextIO

from attrs import frozen


@frozen
class Palette:
    """Paints text, where that is wanted."""

    enabled: bool

    def strong(self, text: str) -> str:
        return self._paint("1", text)

    def good(self, text: str) -> str:
        return self._paint("32", text)

    def bad(self, text: str) -> str:
        return self._paint("1;31", text)

    def warning(self, text: str) -> str:
        return self._paint("1;33", text)

    def accent(self, text: str) -> str:
        return self._paint("1;34", text)

    def faint(self, text: str) -> str:
        return self._paint("2", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text else text


PLAIN = Palette(enabled=False)


def palette_for(stream: TextIO, *, wanted: bool = True) -> Palette:
    """Colours only for a terminal that can show them, and only where nobody refused them."""
    return Palette(wanted and is_capable(stream) and not os.environ.get("NO_COLOR"))


def is_capable(stream: TextIO) -> bool:
    """Whether the stream is a terminal that understands control sequences."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
