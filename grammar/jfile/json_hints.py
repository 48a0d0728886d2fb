"""Mistakes in the JSON arrays of RUN, CMD, COPY and HEALTHCHECK."""

from __future__ import annotations

import re
from functools import partial

from .errors import Diagnostic, diagnose
from .logical import LogicalLine
from .slips import Slip, first_found

ARRAY = '["WORD", "WORD", …]'

_CLOSE_IT = "end it with ], or the line with \\ if it goes on in the next one"

_Slip = partial(Slip, "JF005", expected=ARRAY)

_NO_ELEMENT = (
    _Slip(r"(?P<at>)\Z", "the array is not closed", hint=_CLOSE_IT),
    _Slip(r"(?P<at>\])", "a comma stands before the closing bracket", hint="remove the comma"),
    _Slip(r"(?P<at>,)", "an element is missing before this comma"),
    _Slip(r"(?P<at>[\[{])", "the array holds an array or object", hint="each element is one word"),
    _Slip(
        r"(?P<at>[“”„«](?P<text>[^“”„»\"\\]*)[“”»]?)",
        "typographic quotes are no JSON",
        hint='write "{text}"',
        replacement='"{text}"',
    ),
    _Slip(
        r"(?P<at>\$\{(?:PORT\([0-9]+\)|COMMON)\}[^\s,\]\"\\]*)",
        "a placeholder stands inside the quotes of a string",
        hint='write "{at}"',
        replacement='"{at}"',
    ),
    _Slip(
        r"(?P<at>'?(?P<text>[^\s,\]\"'\\]+)'?)",
        "a JSON string stands in double quotes",
        hint='write "{text}"',
        replacement='"{text}"',
    ),
)
_NO_COMMA = (
    _Slip(r"\s*(?P<at>)\Z", "the array is not closed", hint=_CLOSE_IT, replacement="]"),
    _Slip(r"(?P<at>[\w.]+)", "a JSON string stands in double quotes"),
    _Slip(r"\s*(?P<at>[\"'\w$])", "a comma is missing between two elements"),
    _Slip(r"\s*(?P<at>\S)", "after an element comes a comma or the closing bracket"),
)
_IN_STRING = (
    _Slip(r"(?P<at>)\Z", "the string is not closed", hint='end it with "'),
    _Slip(
        r"(?P<at>\\(?P<character>[^\x00-\x20]?))",
        "\\{character} is no escape of JSON",
        hint="a backslash is written \\\\",
        replacement="\\\\{character}",
    ),
    _Slip(r"(?P<at>.)", "a control character stands in a JSON string", hint="a tab is written \\t"),
)
_BEHIND = (
    _Slip(
        r"\s*(?P<at>\S.*)",
        "nothing may follow the closing bracket",
        hint="put it into the array, or write no array at all",
    ),
)
_SINGLE_QUOTED = re.compile(r"\[[^\"\\]*'[^\"\\]*\]")


def explain_json(line: LogicalLine, position: int, expected: frozenset[str]) -> Diagnostic | None:
    """The mistake at `position`, if the grammar was reading an array there."""
    slips = _slips_where(expected)
    if not slips:
        return first_found(_BEHIND, line, position) if _is_behind(line, position) else None
    return _single_quoted(line, position, slips) or first_found(slips, line, position)


def _slips_where(expected: frozenset[str]) -> tuple[Slip, ...]:
    """What may be wrong, by the terminals that could have come."""
    if "CHARACTERS" in expected:
        return _IN_STRING
    if "_NEXT" in expected:
        return _NO_COMMA
    if "SCALAR" in expected:
        return _NO_ELEMENT
    return ()


def _is_behind(line: LogicalLine, position: int) -> bool:
    before = line.text[:position].rstrip()
    return before.endswith("]") and line.keyword in ("RUN", "CMD", "COPY", "HEALTHCHECK")


def _single_quoted(line: LogicalLine, position: int, slips: tuple[Slip, ...]) -> Diagnostic | None:
    """Python's quotes, all replaced at once."""
    start = line.text.rindex("[", 0, position) if slips is _NO_ELEMENT else position
    match = _SINGLE_QUOTED.fullmatch(line.text, start)
    if match is None:
        return None
    return diagnose(
        "JF005",
        "a JSON string stands in double quotes",
        line.span(match.start(), match.end()),
        expected=ARRAY,
        hint="replace ' by \"",
        replacement=match[0].replace("'", '"'),
    )
