"""JF306: a character that is not what it looks like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING, Fix
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Span

_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONFUSING = re.compile(
    rf"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BLANKS}\u061c\u00ad\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u2069\ufeff]|\r(?=.)"
)
_BLANK = re.compile(rf"[{_BLANKS}]")
_DOTLESS = "\u0131"
# In a comment only what turns the direction of text deceives a reader.
_TURNING = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def check(document: Document) -> Remarks:
    text = document.source.text
    if text.isascii() and not _CONFUSING.search(text):
        return
    for number, line in enumerate(document.source.lines, start=1):
        if _CONFUSING.search(line) or _DOTLESS in line:
            yield from _check_line(document, number, line.removesuffix("\r"))


def _check_line(document: Document, number: int, line: str) -> Remarks:
    keyword_end = _keyword_end(line)
    for column in _confusing(line, keyword_end):
        character = line[column]
        span = Span(number, column + 1, number, column + 2)
        yield Remark(
            span,
            f"{_name(character)} {_what_is_wrong(character)}",
            help="write it anew on the keyboard",
            fix=_fix(character, span, is_separator=column <= keyword_end),
        )


def _confusing(line: str, keyword_end: int) -> Iterator[int]:
    pattern = _TURNING if line.lstrip().startswith("#") else _CONFUSING
    yield from (match.start() for match in pattern.finditer(line))
    yield from (n for n in range(keyword_end) if line[n] == _DOTLESS)


def _keyword_end(line: str) -> int:
    """Where the first word ends, if it is letters only."""
    match = re.match(r"\s*[A-Za-z\u0131]+", line)
    return match.end() if match else 0


def _fix(character: str, span: Span, *, is_separator: bool) -> Fix | None:
    if character == _DOTLESS:
        return replace("write I", span, "I", is_safe=True)
    if _BLANK.match(character):
        return replace("write a blank", span, " ", is_safe=is_separator)
    return replace("remove it", span, "")


def _what_is_wrong(character: str) -> str:
    is_visible = character == _DOTLESS or _BLANK.match(character)
    return "is not what it looks like" if is_visible else "cannot be seen"


def _name(character: str) -> str:
    known = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X} ({known})" if known else f"U+{ord(character):04X}"


RULE = Rule(
    code="JF306",
    name="confusing-character",
    severity=WARNING,
    why="""Blanks that a shell takes for letters, characters without width, marks that turn the
direction of text, control characters: a reader sees something else than the machine executes.""",
    fix="writes a plain blank between words, and an I in a directive's name",
    has_safe_fix=True,
    bad="RUN\u00a0make",
    good="RUN make",
    check=check,
)
