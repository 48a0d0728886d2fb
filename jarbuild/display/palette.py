"""Colours by hand: a handful of SGR codes, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO, TextIO

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


def speaks_unicode(stream: IO[str], environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal behind the stream shows more than ASCII.

    In the C locale Python itself writes UTF-8 all the same (PEP 538 and 540), and says so only in
    LC_CTYPE; the terminal knows nothing of it.
    """
    if not str(getattr(stream, "encoding", None) or "").lower().startswith("utf"):
        return False
    if environ.get("LC_ALL"):  # then Python coerces nothing
        return environ["LC_ALL"] not in _PLAIN
    spoken = environ.get("LC_CTYPE") or environ.get("LANG") or "C"
    is_coerced = environ.get("LC_CTYPE") == "C.UTF-8" and environ.get("LANG", "C") in ("", *_PLAIN)
    return spoken not in _PLAIN and not is_coerced


_PLAIN = ("C", "POSIX")


def is_capable(stream: TextIO) -> bool:
    """Whether the stream is a terminal that understands control sequences."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
