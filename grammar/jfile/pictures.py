"""What a terminal would act on, as something it only shows: a JFile cannot send it commands."""

from __future__ import annotations

import unicodedata

_DELETE = "\x7f"
# Controls, format characters (the bidirectional ones reorder a line), line separators, surrogates.
_UNSHOWABLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})


def pictured(text: str) -> str:
    """The text with as many characters, all of them harmless."""
    return text if text.isprintable() else "".join(map(_picture, text))


def _picture(character: str) -> str:
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == _DELETE:
        return "\u2421"
    return "\ufffd" if unicodedata.category(character) in _UNSHOWABLE else character
