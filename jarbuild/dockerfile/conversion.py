"""The conversion as a whole: stages in a row, then what starts the app, then a look at it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from jarbuild.dockerfile import settings, starting
from jarbuild.dockerfile.checking import checked, text_of
from jarbuild.dockerfile.copying import Copying
from jarbuild.dockerfile.draft import Draft, Line
from jarbuild.dockerfile.images import what_it_brings
from jarbuild.dockerfile.instructions import Instruction, read
from jarbuild.dockerfile.notes import Note
from jarbuild.dockerfile.paths import inside
from jarbuild.dockerfile.running import Running
from jarbuild.dockerfile.stages import Stage, arguments, needed, split

_WITHOUT_PLACE = frozenset(("ARG", "ENV", "EXPOSE", "LABEL", "USER", "SHELL", "STOPSIGNAL"))

Handler = Callable[[Draft, Instruction], None]

_HANDLERS: Mapping[str, Handler] = {
    "ENV": settings.env,
    "WORKDIR": settings.workdir,
    "VOLUME": settings.volume,
    "SHELL": settings.shell,
    "STOPSIGNAL": settings.stop_signal,
    "USER": settings.user,
    "LABEL": settings.label,
    "MAINTAINER": settings.label,
    "ONBUILD": settings.on_build,
    "RUN": lambda draft, instruction: Running(draft, instruction).convert(),
}


@frozen
class Converted:
    """A JFile's text that parses, and the notes in the order of the Dockerfile."""

    jfile: str
    notes: tuple[Note, ...]
    carried: int
    instructions: int


def convert(content: bytes, tag: str) -> Converted:
    """The JFile of a Dockerfile; whatever the text, nothing is raised."""
    instructions = read(content)
    stages, before = split(instructions)
    wanted = needed(stages)
    draft = Draft()
    _tell_stages(draft, stages, wanted)
    _foresee(draft, wanted)
    for stage in wanted:
        _take(draft, stage, stages, arguments(before))
    if not stages:
        draft.notes.add(0, "FROM", "there is none: this is no whole Dockerfile")
        _take_body(draft, before, {}, {})
    lines = checked(_assembled(draft, tag), draft.notes)
    notes = draft.notes.sorted()
    untouched = {i.line for i in instructions} - {note.line for note in notes}
    return Converted(text_of(lines), notes, len(untouched), len(instructions))


def _tell_stages(draft: Draft, stages: Sequence[Stage], wanted: Sequence[Stage]) -> None:
    for stage in stages:
        if stage not in wanted:
            draft.note(stage.opening, "the last stage takes nothing from it: left out")


def _foresee(draft: Draft, stages: Sequence[Stage]) -> None:
    """Ports and what is copied between stages are named before they are used."""
    for stage in stages:
        for instruction in stage.body:
            if instruction.keyword == "EXPOSE" and stage is stages[-1]:
                draft.values.update(arguments(stage.body))
                starting.expose(draft, instruction)
            elif instruction.keyword == "COPY" and instruction.flag("from"):
                draft.made.update(_carried_between(instruction))


def _carried_between(instruction: Instruction) -> set[str]:
    """Sources in the image's own folders of programs, where a build put its result."""
    words = instruction.text.split()[:-1]
    return {w for w in words if w.startswith(("/bin/", "/usr/bin/", "/usr/lib/"))}


def _take(draft: Draft, stage: Stage, stages: Sequence[Stage], globals_: dict[str, str]) -> None:
    if isinstance(stage.base, str):
        draft.shell = ()
        _tell_base(draft, stage, stage.base)
    _go_to(draft, stage, draft.left.get(stage.base, "/"))
    draft.entrypoint = draft.cmd = draft.health = None
    known = {s.title: s.title for s in stages[: stage.number]}
    known |= {str(s.number): s.title for s in stages[: stage.number]}
    _take_body(draft, stage.body, known, globals_)
    draft.left[stage.number] = draft.workdir


def _go_to(draft: Draft, stage: Stage, folder: str) -> None:
    """A stage starts where the one it goes on from ended; a JFile's WORKDIR just stays."""
    has_moved, draft.workdir = draft.workdir != folder, folder
    first = next((i for i in stage.body if i.keyword not in _WITHOUT_PLACE), None)
    if has_moved and first is not None and first.keyword != "WORKDIR":
        draft.add(f"WORKDIR {inside(folder) or '.'}", stage.opening)


def _tell_base(draft: Draft, stage: Stage, image: str) -> None:
    brings = what_it_brings(image)
    must = f"it must have {brings}" if brings else f"it must have what {image} brings"
    if brings == "nothing but a system":
        must = "it must have what the steps below call"
    draft.note(stage.opening, f"a jar has the machine's own system: {must}")
    draft.add(f"# {stage.opening.whole}: the machine's own system; {must}", stage.opening)
    if stage.opening.flag("platform"):
        draft.note(stage.opening, "a jar runs on the machine as it is", "--platform")


def _take_body(
    draft: Draft,
    body: Sequence[Instruction],
    stages: Mapping[str, str],
    globals_: dict[str, str],
) -> None:
    for instruction in body:
        for comment in instruction.comments:
            draft.lines.append(Line(comment, instruction.line))
        _take_one(draft, instruction, stages, globals_)


def _take_one(
    draft: Draft,
    instruction: Instruction,
    stages: Mapping[str, str],
    globals_: dict[str, str],
) -> None:
    match instruction.keyword:
        case "COPY" | "ADD":
            Copying(draft, instruction, stages).convert()
        case "ARG":
            settings.arg(draft, instruction, globals_)
        case "CMD":
            draft.cmd = instruction
        case "ENTRYPOINT":
            draft.entrypoint, draft.cmd = instruction, None
        case "HEALTHCHECK":
            draft.health = instruction
        case "EXPOSE":
            pass  # its numbers are known since before the first line
        case keyword if keyword in _HANDLERS:
            _HANDLERS[keyword](draft, instruction)
        case _:
            draft.drop(instruction, "no instruction of a Dockerfile that I know")


def _assembled(draft: Draft, tag: str) -> list[Line]:
    """Ports, paths and CMD last: nothing above them runs again when they change."""
    cmd, health = starting.start(draft), starting.check_health(draft)
    last = [
        *(Line(f"ADDPATH /home/jar/{folder}", 0) for folder in draft.search),
        *(Line(f"ENV {name}={value}", line) for name, (line, value) in draft.late.items()),
        *([Line(health, draft.health.line)] if health and draft.health else []),
        Line(cmd or '# CMD ["PROGRAM"]: the image starts a program of its own', _origin(draft)),
    ]
    used = "".join(line.text for line in last)
    starting.tell_ports(draft, used)
    if draft.exposed and "${PORT(" not in used:
        last.insert(0, Line("ENV PORT=${PORT(1)}", draft.exposed[0][0]))
    if cmd is None:
        draft.notes.add(0, "CMD", "there is none: the image's own program would be started")
    head = Line(f"TAG {tag}" if cmd else f"# TAG {tag}", 0)
    return [head, *draft.lines, *last]


def _origin(draft: Draft) -> int:
    found = draft.cmd or draft.entrypoint
    return found.line if found else 0
