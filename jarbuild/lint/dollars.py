"""Dollar signs in values: variables that stay as written, and would-be placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator

# The exact forms, which the parser has already taken for placeholders where they can stand.
_EXACT = r"(?!(?-i:\$\{PORT\([0-9]+\)\}|\$\{COMMON\}))"
LOOKALIKE = re.compile(
    _EXACT + r"(?:\$\{\s*(?:PORT\s*\([^)}]*\)|COMMON)\s*\}|\$PORT\([0-9]+\)|\$\(COMMON\))",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"(?<!\\)" + _EXACT + r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_][^}]*\})")
_NUMBER = re.compile(r"[0-9]+")


def variables(text: str) -> Iterator[re.Match[str]]:
    """Every `$NAME` and `${NAME…}` that is neither a placeholder nor meant as one."""
    return (found for found in _VARIABLE.finditer(text) if not LOOKALIKE.match(found[0]))


def meant(lookalike: str) -> str | None:
    """The placeholder that was meant; None where the port's number is missing."""
    if "common" in lookalike.lower():
        return "${COMMON}"
    number = _NUMBER.search(lookalike)
    return f"${{PORT({int(number[0])})}}" if number else None
