"""A JFile while it is made from a Dockerfile: its lines so far, and what they were made knowing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from jarbuild.dockerfile import paths
from jarbuild.dockerfile.instructions import Instruction
from jarbuild.dockerfile.notes import Notes
from jarbuild.dockerfile.variables import filled


@frozen
class Line:
    """A directive or comment, perhaps on several lines; `origin` is the Dockerfile's line."""

    text: str
    origin: int

    @property
    def is_comment(self) -> bool:
        return self.text.startswith("#")


@define
class Draft:
    """`values` are variables as Docker knows them, `made` the places of the image that the app's
    own files take, `search` the folders of programs in the home, `late` the ENVs with ports."""

    notes: Notes = field(factory=Notes)
    lines: list[Line] = field(factory=list)
    workdir: str = "/"
    values: dict[str, str] = field(factory=lambda: {"HOME": "/root"})
    declared: set[str] = field(factory=set)
    made: set[str] = field(factory=set)
    search: list[str] = field(factory=list)
    shell: tuple[str, ...] = ()
    exposed: list[tuple[int, str]] = field(factory=list)
    late: dict[str, tuple[int, str]] = field(factory=dict)
    entrypoint: Instruction | None = None
    cmd: Instruction | None = None
    health: Instruction | None = None
    left: dict[str | int, str] = field(factory=dict)  # stage to its last WORKDIR

    def add(self, text: str, instruction: Instruction) -> None:
        self.lines.append(Line(text, instruction.line))

    def drop(self, instruction: Instruction, why: str, what: str = "") -> None:
        """A comment where it would have been, and a note."""
        what = what or instruction.whole
        self.note(instruction, why, what)
        self.add(f"# {' '.join(what.split())}: {why}", instruction)

    def note(self, instruction: Instruction, why: str, what: str = "") -> None:
        self.notes.add(instruction.line, what or instruction.whole, why)

    def fill(self, text: str, instruction: Instruction) -> str:
        """With the values of ARG and ENV; names without one are noted."""
        text, unknown = filled(text, self.values)
        for name in unknown:
            self.note(instruction, f"nothing here sets {name}: it counts as empty", f"${name}")
        return text

    def absolute(self, path: str) -> str:
        return paths.absolute(path, self.workdir)

    def place(self, path: str) -> str:
        """From WORKDIR, as a JFile writes it."""
        return paths.relative(self.absolute(path), self.workdir)

    def keep(self, path: str) -> None:
        """This place is the app's from now on."""
        if not paths.is_shared(path):
            self.made.add(path)

    def port(self, number: str) -> str | None:
        """The placeholder of an exposed port."""
        numbers = [known for _, known in self.exposed]
        return f"${{PORT({numbers.index(number) + 1})}}" if number in numbers else None


def array(argv: Iterable[str]) -> str:
    return json.dumps(list(argv), ensure_ascii=False)


def spelled(words: Sequence[str]) -> str:
    """Words of a COPY: an array where one of them has blanks."""
    if any(not word or set(word) & set(" \t[") for word in words):
        return array(words)
    return " ".join(words)
