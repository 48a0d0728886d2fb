"""How the content of a file has changed, for people: a unified diff, or why there is none."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from jarbuild.display.controls import escaped
from jarbuild.display.palette import Palette

NOTHING = "/dev/null"
NO_NEWLINE = "\\ No newline at end of file"


def unified(path: str, old: bytes | None, new: bytes | None) -> list[str]:
    """`None` is a file that is not there. Lines without their ends, as `diff -u` has them."""
    before, after = (None if side is None else _text(side) for side in (old, new))
    if (old is not None and before is None) or (new is not None and after is None):
        return [f"Binary file {path} differs"]
    old_name = NOTHING if old is None else f"a/{path}"
    new_name = NOTHING if new is None else f"b/{path}"
    diff = difflib.unified_diff(_split(before), _split(after), old_name, new_name)
    return list(_lines(diff))


def painted(line: str, palette: Palette) -> str:
    """One line of a unified diff, harmless and in colour."""
    line = escaped(line)
    if line.startswith(("---", "+++")):
        return palette.strong(line)
    if line.startswith("@@"):
        return palette.accent(line)
    paint = {"+": palette.good, "-": palette.bad}.get(line[:1])
    return paint(line) if paint else line


def _text(content: bytes) -> str | None:
    """None for what is no text."""
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


def _split(text: str | None) -> list[str]:
    """At newlines only, which stay."""
    *whole, rest = (text or "").split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])


def _lines(diff: Iterator[str]) -> Iterator[str]:
    for line in diff:
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield NO_NEWLINE
