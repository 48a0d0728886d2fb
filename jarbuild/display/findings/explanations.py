"""A rule, explained on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from jarbuild.display.palette import Palette
from jarbuild.lint.rule import Rule

_WIDTH = 80


def explanation(rule: Rule, palette: Palette) -> Iterator[str]:
    """What it is about, what is wrong, what is right, and how to be rid of it."""
    yield f"{palette.strong(f'{rule.code} {rule.name}')}  {rule.severity}, {rule.family.lower()}"
    yield ""
    yield from textwrap.wrap(rule.why, _WIDTH, break_on_hyphens=False)
    yield from _example("bad", rule.bad, palette)
    yield from _example("good", rule.good, palette)
    yield ""
    if rule.fix:
        yield f"jarbuild can fix it: {rule.fix}."
    if not rule.is_default or rule.is_portability:
        option = "--portable" if rule.is_portability else f"--select {rule.code}"
        yield f"It is checked with {option} only."
    if not rule.is_syntax:
        yield f"To ignore it, write above the directive: # jarbuild: ignore[{rule.code}] reason"


def _example(label: str, text: str, palette: Palette) -> Iterator[str]:
    yield ""
    yield palette.accent(f"{label}:")
    yield from (f"    {visible(line)}" for line in text.rstrip("\n").split("\n"))


def visible(line: str) -> str:
    """A line of an example, in which what cannot be seen is written as an escape."""
    return "".join(c if c.isprintable() else _escape(c) for c in line)


def _escape(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{number - 0xDC00:02x}"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
