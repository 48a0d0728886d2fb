"""Control characters: what text from elsewhere may do to a terminal, which is nothing.

File names, error messages and the output of RUNs come from strangers. A sequence of theirs must
neither move the cursor nor write the clipboard nor turn text around.
"""

from __future__ import annotations

import re

SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: cursor, colour, modes
    r"|\x9b[0-?]*[ -/]*[@-~]"  # the same with its 8-bit introducer
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # strings: title, clipboard
    r"|\x1b[ -/]*[0-~]",  # everything shorter
    re.DOTALL,
)
CONTINUATION = re.compile(r"[ \t]*\\[ \t]*\r?\n\s*")
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")

# C0 and C1 without tab and line feed, the separators that some terminals take for line feeds, and
# the marks that turn the direction of text.
_FORBIDDEN = [
    *(c for c in range(0x20) if c not in (0x09, 0x0A)),
    *range(0x7F, 0xA0),
    0x2028,
    0x2029,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]
_DROPPED = dict.fromkeys(_FORBIDDEN)
_ESCAPED = {c: f"\\x{c:02x}" if c < 0x100 else f"\\u{c:04x}" for c in _FORBIDDEN}


def escaped(text: str) -> str:
    """For names and messages: every control character is shown as what it is."""
    return text.translate(_ESCAPED)


def stripped(text: str) -> str:
    """For output: without sequences and control characters."""
    return SEQUENCE.sub("", text).translate(_DROPPED)


def stripped_but_coloured(text: str) -> str:
    """For output on a terminal: colours stay, and end with the text."""
    if not COLOUR.search(text):
        return stripped(text)
    pieces = COLOUR.split(text)
    colours = [*COLOUR.findall(text), "\x1b[0m"]
    return "".join(stripped(p) + c for p, c in zip(pieces, colours, strict=True))


def one_line(text: str) -> str:
    """Continued lines joined, and of what then still has several the first, marked."""
    first, *more = CONTINUATION.sub(" ", text.strip()).split("\n")
    return escaped(first.rstrip()) + (" ..." if more else "")
