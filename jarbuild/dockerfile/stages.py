"""The stages of a Dockerfile: which the last one needs, in the order they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from jarbuild.dockerfile.instructions import Instruction
from jarbuild.dockerfile.variables import filled, pairs


@frozen
class Stage:
    """`base` is an image's name, or the number of the stage that this one goes on from."""

    number: int
    name: str
    base: str | int
    opening: Instruction
    body: tuple[Instruction, ...]

    @property
    def title(self) -> str:
        return self.name or str(self.number)


def split(instructions: Sequence[Instruction]) -> tuple[tuple[Stage, ...], tuple[Instruction, ...]]:
    """The stages, and what stands before the first FROM."""
    openings = [i for i, found in enumerate(instructions) if found.keyword == "FROM"]
    before = tuple(instructions[: openings[0]] if openings else instructions)
    stages: list[Stage] = []
    for index, opening in enumerate(openings):
        end = openings[index + 1] if index + 1 < len(openings) else len(instructions)
        body = tuple(instructions[opening + 1 : end])
        stages.append(_stage(stages, instructions[opening], body, arguments(before)))
    return tuple(stages), before


def arguments(instructions: Sequence[Instruction]) -> dict[str, str]:
    """The defaults of the ARGs among these."""
    found: dict[str, str] = {}
    for instruction in instructions:
        if instruction.keyword == "ARG":
            for name, value in pairs(instruction.text):
                found[name] = filled(value, found)[0]
    return found


def _stage(
    earlier: Sequence[Stage],
    opening: Instruction,
    body: tuple[Instruction, ...],
    known: Mapping[str, str],
) -> Stage:
    words = filled(opening.text, known)[0].split()
    name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""
    image = words[0] if words else ""
    number = stage_number(image, earlier)
    base: str | int = image if number is None else number
    return Stage(len(earlier), name, base, opening, body)


def stage_number(word: str, stages: Sequence[Stage]) -> int | None:
    """The stage that a name or number means; the last of two with one name."""
    named = [stage.number for stage in stages if stage.name and stage.name == word.lower()]
    if named:
        return named[-1]
    return int(word) if word.isdecimal() and int(word) < len(stages) else None


def needed(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The last stage and those it is made from."""
    wanted: set[int] = set()
    pending = [len(stages) - 1] if stages else []
    while pending:
        number = pending.pop()
        if number not in wanted:
            wanted.add(number)
            pending.extend(_sources(stages[number], stages[:number]))
    return tuple(stage for stage in stages if stage.number in wanted)


def _sources(stage: Stage, earlier: Sequence[Stage]) -> Iterator[int]:
    if isinstance(stage.base, int):
        yield stage.base
    for instruction in stage.body:
        source = instruction.flag("from")
        number = None if source is None else stage_number(source, earlier)
        if number is not None:
            yield number
