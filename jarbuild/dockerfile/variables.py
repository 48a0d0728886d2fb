"""Words and variables as Docker reads them: quotes go, `$NAME` is filled in where it is known."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping

_VARIABLE = re.compile(
    r"\\\$|\$(?:(?P<plain>[A-Za-z_]\w*)"
    r"|\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[-+])(?P<word>[^{}]*))?\})"
)
_PAIR = re.compile(r"""([A-Za-z_][\w.-]*)=((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])*)""")


def filled(text: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The text with what is known put in, and the names of what is not, which are empty."""
    unknown: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match["plain"] or match["name"]
        if name is None:
            return "$"
        known = values.get(name)
        if match["operator"]:
            return _chosen(known, match["operator"], match["word"])
        if known is None:
            unknown.append(name)
        return known or ""

    return _VARIABLE.sub(value, text), tuple(dict.fromkeys(unknown))


def _chosen(known: str | None, operator: str, word: str) -> str:
    """`:` makes an empty value count as none."""
    is_there = bool(known) if operator.startswith(":") else known is not None
    if operator.endswith("-"):
        return (known or "") if is_there else word
    return word if is_there else ""


def words(text: str) -> list[str]:
    """Words at blanks, quotes removed; an array's elements where it is one."""
    if (array := json_array(text)) is not None:
        return array
    try:
        return shlex.split(text)
    except ValueError:  # an open quote
        return text.split()


def json_array(text: str) -> list[str] | None:
    """The strings of an exec form; None for anything else, which a shell reads."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    is_strings = isinstance(found, list) and all(isinstance(word, str) for word in found)
    return found if is_strings else None


def pairs(text: str) -> list[tuple[str, str]]:
    """`A=1 B="2 3"`, or the old `A 1 2`; values still with their variables."""
    name, _, rest = text.partition(" ")
    if "=" not in name:
        return [(name, rest.strip())] if rest else []
    return [(found[1], _unquoted(found[2])) for found in _PAIR.finditer(text)]


def _unquoted(value: str) -> str:
    """Quotes and backslashes away, but for the backslash that keeps a `$` from being read."""
    kept = value.replace("\\$", "\\\\$")
    try:
        return "".join(shlex.split(kept)) if " " not in kept else " ".join(shlex.split(kept))
    except ValueError:
        return value
