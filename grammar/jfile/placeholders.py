"""Values and their placeholders: finding them in nodes, rendering them, checking their ports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .errors import Diagnostic, diagnose
from .nodes import (
    Addpath,
    Arg,
    Cmd,
    Common,
    Copy,
    Depend,
    Directive,
    Env,
    Healthcheck,
    Import,
    Include,
    JFile,
    Persist,
    Port,
    Run,
    Tag,
    Text,
    Workdir,
)


def texts(node: Directive) -> Iterator[Text]:
    """Every value of the directive that may hold placeholders, in the order of the text."""
    match node:
        case Tag(tag):
            yield tag
        case Env(key, value):
            yield from (key, value)
        case Arg(_, Text() as default):
            yield default
        case Workdir(path) | Depend(path) | Addpath(path) | Include(path) | Persist(path):
            yield path
        case Import(key):
            yield key
        case Copy(sources, dest):
            yield from (*sources, dest)
        case Run():
            yield from (mount.target for mount in node.mounts)
            yield from (node.command,) if node.command else node.argv or ()
        case Cmd(argv) | Healthcheck(tuple() as argv):
            yield from argv


def render(text: Text, ports: Sequence[int] | None, common: str | None) -> str:
    """The text with its placeholders filled in; those whose value is None stay symbolic.

    Raises IndexError where a port's index is out of range; `check_ports` finds those beforehand.
    """
    return "".join(_rendered(part, ports, common) for part in text.parts)


def _rendered(part: str | Port | Common, ports: Sequence[int] | None, common: str | None) -> str:
    match part:
        case Port(index) if ports is not None:
            if not 0 < index <= len(ports):
                raise IndexError(f"{part}: the jar has {len(ports)} ports")
            return str(ports[index - 1])
        case Common() if common is not None:
            return common
        case _:
            return str(part)


def check_ports(jfile: JFile, count: int) -> tuple[Diagnostic, ...]:
    """An error for each `${PORT(n)}` that a jar with `count` ports does not have."""
    return tuple(
        _out_of_range(part, count)
        for node in jfile.directives
        for text in texts(node)
        for part in text.parts
        if isinstance(part, Port) and not 0 < part.index <= count
    )


def _out_of_range(port: Port, count: int) -> Diagnostic:
    if count == 0:
        expected = "no port: jars have none here"
    else:
        expected = f"${{PORT(1)}} to ${{PORT({count})}}"
    hint = "ports are counted from 1" if port.index == 0 else None
    return diagnose(
        "JF007", f"a jar has no port {port.index}", port.span, expected=expected, hint=hint
    )
