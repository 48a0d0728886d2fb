"""What starts the app: ENTRYPOINT, CMD and HEALTHCHECK, and the ports that it listens on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jarbuild.dockerfile import paths
from jarbuild.dockerfile.draft import Draft, array
from jarbuild.dockerfile.instructions import Instruction
from jarbuild.dockerfile.variables import json_array, words

_INITS = frozenset(("tini", "dumb-init", "catatonit", "s6-svscan"))
_PORT = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d+))?(?:/(?P<protocol>\w+))?")
_MOST_PORTS = 16
_HEALTH_FLAGS = ("interval", "timeout", "start-period", "retries")


def expose(draft: Draft, instruction: Instruction) -> None:
    """Each number has its `${PORT(n)}` from here on, in the order of the text."""
    for word in words(draft.fill(instruction.text, instruction)):
        match = _PORT.fullmatch(word)
        if match is None:
            draft.note(instruction, "it is no number that could be given", word)
            continue
        first, last = int(match["first"]), int(match["last"] or match["first"])
        for number in range(first, min(last, first + _MOST_PORTS) + 1):
            if str(number) not in (known for _, known in draft.exposed):
                draft.exposed.append((instruction.line, str(number)))


def tell_ports(draft: Draft, used: str) -> None:
    """Where the numbers went; `used` is the text that may name them."""
    for index, (line, number) in enumerate(draft.exposed, 1):
        name = f"${{PORT({index})}}"
        if name in used:
            draft.notes.add(line, f"EXPOSE {number}", f"each jar has ports of its own: now {name}")
        else:
            draft.notes.add(
                line,
                f"EXPOSE {number}",
                f"nothing here tells the app the number: it must read PORT_{index}, now {name}",
            )


def start(draft: Draft) -> str | None:
    """The CMD's line; None where the image's own would have been started."""
    argv = _combined(draft)
    if argv is None:
        return None
    if isinstance(argv, str):
        return f"CMD {_with_ports(draft, paths.moved(argv, draft.made))}"
    return f"CMD {array([_with_ports(draft, _local(draft, word)) for word in _own(draft, argv)])}"


def _combined(draft: Draft) -> list[str] | str | None:
    """ENTRYPOINT and CMD as Docker puts them together."""
    entry, cmd = draft.entrypoint, draft.cmd
    first = _command(entry) if entry and entry.text not in ("[]", '[""]') else None
    second = _command(cmd) if cmd and cmd.text != "[]" else None
    if first is None or isinstance(first, str):
        if isinstance(first, str) and cmd:
            draft.note(cmd, "an ENTRYPOINT in shell form takes no arguments")
        return second if first is None else first
    if isinstance(second, str):
        second = ["sh", "-c", second]
    return [*first, *(second or [])]


def _command(instruction: Instruction) -> list[str] | str:
    array_ = json_array(instruction.text)
    return instruction.text if array_ is None else array_


def _own(draft: Draft, argv: Sequence[str]) -> list[str]:
    """Without a program that only reaps processes, which the jar does."""
    if argv and argv[0].rpartition("/")[2] in _INITS and draft.entrypoint:
        rest = list(argv[1:])
        while rest and rest[0].startswith("-"):
            rest.pop(0)
        draft.note(draft.entrypoint, "a jar reaps its processes by itself", argv[0])
        return rest
    return list(argv)


def _local(draft: Draft, word: str) -> str:
    """A path of the app, from WORKDIR; a program there needs a `./`."""
    path = word.rstrip("/") if word != "/" else word
    if not path.startswith("/"):
        return word
    if paths.is_system(path) and not paths.is_within(path, draft.made):
        return word
    place = paths.relative(path, draft.workdir)
    return place if place.startswith(".") else f"./{place}"


def _with_ports(draft: Draft, text: str) -> str:
    for _, number in draft.exposed:
        placeholder = draft.port(number) or number
        text = re.sub(rf"(?<![\w.${{(-]){number}(?![\w.)}}-])", placeholder, text)
    return text


def check_health(draft: Draft) -> str | None:
    """The HEALTHCHECK's line, if there is one."""
    instruction = draft.health
    if instruction is None:
        return None
    flags = [f"--{n}={v} " for n, v in instruction.flags if n in _HEALTH_FLAGS]
    for name, _ in instruction.flags:
        if name not in _HEALTH_FLAGS:
            draft.note(instruction, "HEALTHCHECK has no such flag here", f"--{name}")
    kind, _, text = instruction.text.partition(" ")
    if kind.upper() == "NONE":
        return None
    argv = json_array(text.strip())
    if argv is None:
        command = paths.moved(text.strip(), draft.made)
    else:
        command = array(_local(draft, word) for word in argv)
    return f"HEALTHCHECK {''.join(flags)}CMD {_with_ports(draft, command)}"
