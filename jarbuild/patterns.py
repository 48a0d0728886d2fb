"""Docker's two pattern languages as regular expressions. Text only; no files here.

A *glob* is what Go's filepath.Match reads: `*`, `?`, `[a-z]`, `[^a]` and `\\` before a character
that shall stand for itself; nothing but a bracket matches a slash. An *ignore pattern* also knows
`**`, any number of folders. Names are text whose undecodable bytes are lone surrogates.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SPECIAL = frozenset("*?[]\\")
_MATCHES_NOTHING = "(?!)"

Piece = tuple[str, int]
"""Regular expression text, and where the pattern goes on."""


class PatternError(ValueError):
    """A pattern that matches nothing because it is malformed."""


def has_wildcard(text: str) -> bool:
    return any(character in "*?[" for character in text)


def compile_glob(pattern: str) -> re.Pattern[str]:
    """To be used with `fullmatch`; raises PatternError."""
    return re.compile(_translated(pattern, _star), re.DOTALL)


def compile_ignore(pattern: str) -> re.Pattern[str]:
    """To be used with `fullmatch`; raises PatternError.

    `**` and literal text behind it, without a slash between them, match any path that ends so.
    """
    if pattern.startswith("**") and not _SPECIAL & set(pattern[2:]):
        before, rest = ("(?:.*/)?", pattern[3:]) if pattern[2:3] == "/" else (".*", pattern[2:])
        return re.compile(before + re.escape(rest), re.DOTALL)
    return re.compile(_translated(pattern, _stars), re.DOTALL)


def _translated(pattern: str, star: Callable[[str, int], Piece]) -> str:
    pieces, at = [], 0
    while at < len(pattern):
        piece, at = _piece(pattern, at, star)
        pieces.append(piece)
    return "".join(pieces)


def _piece(pattern: str, at: int, star: Callable[[str, int], Piece]) -> Piece:
    match pattern[at]:
        case "*":
            return star(pattern, at)
        case "?":
            return "[^/]", at + 1
        case "[":
            return _bracket(pattern, at + 1)
        case _:
            character, after = _character(pattern, at)
            return re.escape(character), after


def _star(pattern: str, at: int) -> Piece:
    return "[^/]*", at + 1


def _stars(pattern: str, at: int) -> Piece:
    """`**` takes the slash behind it along, so that it also stands for no folder at all."""
    if not pattern.startswith("**", at):
        return _star(pattern, at)
    after = at + 3 if pattern.startswith("/", at + 2) else at + 2
    return (".*" if after == len(pattern) else "(?:.*/)?"), after


def _character(pattern: str, at: int) -> Piece:
    """One character, a backslash before it taken away."""
    if pattern[at : at + 1] == "\\":
        at += 1
    if at >= len(pattern):
        raise PatternError(f"{pattern!r} ends too early")
    return pattern[at], at + 1


def _bracket(pattern: str, at: int) -> Piece:
    """What follows a `[`: at least one character or range, then `]`."""
    is_negated = pattern.startswith("^", at)
    at += is_negated
    ranges: list[str] = []
    while not (ranges and pattern.startswith("]", at)):
        span, at = _range(pattern, at)
        ranges.append(span)
    inside = "".join(ranges)
    if is_negated:
        return (f"[^{inside}]" if inside else "."), at + 1
    return (f"[{inside}]" if inside else _MATCHES_NOTHING), at + 1


def _range(pattern: str, at: int) -> Piece:
    """`a` or `a-z`; empty for one that runs backwards, which matches nothing."""
    first, at = _bound(pattern, at)
    last = first
    if pattern.startswith("-", at):
        last, at = _bound(pattern, at + 1)
    return (f"{re.escape(first)}-{re.escape(last)}" if first <= last else ""), at


def _bound(pattern: str, at: int) -> Piece:
    if pattern[at : at + 1] in ("-", "]"):
        raise PatternError(f"{pattern!r}: {pattern[at]!r} needs a backslash in brackets")
    return _character(pattern, at)
