"""What could not be carried over, or was carried over as something else, and why."""

from __future__ import annotations

from attrs import define, field, frozen

LONGEST_SUBJECT = 60


@frozen
class Note:
    """`line` is the Dockerfile's, 0 where something is missing in all of it; `what` the instruction
    or a part of it, `why` one sentence."""

    line: int
    what: str
    why: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.what}: {self.why}"


@define
class Notes:
    """Notes in the order of the lines they are about; the same one once."""

    _found: dict[Note, None] = field(factory=dict)

    def add(self, line: int, what: str, why: str) -> None:
        self._found[Note(line, shortened(what), why)] = None

    def sorted(self) -> tuple[Note, ...]:
        return tuple(sorted(self._found, key=lambda note: note.line))


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SUBJECT else f"{text[: LONGEST_SUBJECT - 3].rstrip()}..."
