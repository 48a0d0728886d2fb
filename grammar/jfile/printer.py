"""Canonical text of nodes: what one would write by hand, and parsed again means the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from .nodes import (
    Addpath,
    Arg,
    Blank,
    CacheMount,
    Cmd,
    Comment,
    Copy,
    Depend,
    Directive,
    Env,
    Healthcheck,
    Import,
    Include,
    JFile,
    Persist,
    Run,
    Stopsignal,
    Tag,
    Text,
    Workdir,
)

_LOOKS_LIKE_PLACEHOLDER = re.compile(r"\$(?=\{(?:PORT\([0-9]+\)|COMMON)\})")


def unparse(what: JFile | Directive) -> str:
    """The text of a directive, or of a whole file with its comments and final line feed.

    `parse(unparse(x))` has the meaning of `x`.
    """
    if isinstance(what, JFile):
        return lay_out(what.items, unparse)
    return f"{keyword(what)} {_arguments(what)}"


def keyword(node: Directive) -> str:
    """The directive's name as it is written."""
    return type(node).__name__.upper()


def lay_out(
    items: Sequence[Directive | Comment | Blank], text_of: Callable[[Directive], str]
) -> str:
    """A file of these items; blank lines at its ends go, and runs of them become one."""
    lines: list[str] = []
    for item in items:
        if isinstance(item, Blank):
            _separate(lines)
        elif isinstance(item, Comment):
            lines.append(item.text)
        else:
            if lines and _would_continue(lines[-1]):
                _separate(lines)
            lines.append(text_of(item))
    while lines and not lines[-1]:
        lines.pop()
    return "".join(f"{line}\n" for line in lines)


def _separate(lines: list[str]) -> None:
    if lines and lines[-1]:
        lines.append("")


def _would_continue(text: str) -> bool:
    """A backslash at the end is data only before a blank line. Harmless where it is always data."""
    return text.endswith("\\")


def _arguments(node: Directive) -> str:
    match node:
        case Tag(value) | Workdir(value) | Depend(value) | Addpath(value) | Import(value):
            return str(value)
        case Include(path) | Persist(path):
            return str(path)
        case Env(key, value):
            return f"{key}={value}"
        case Arg(name, default):
            return name if default is None else f"{name}={default}"
        case Copy():
            return " ".join([*_copy_flags(node), _names(node)])
        case Run():
            return " ".join([*_run_flags(node), _what_runs(node)])
        case Cmd(argv, json_form):
            return _command(argv, json_form)
        case Healthcheck():
            return _health_check(node)
        case Stopsignal(signal):
            return signal if signal.isdecimal() else f"SIG{signal}"


def _copy_flags(node: Copy) -> Iterator[str]:
    if node.chmod is not None:
        yield f"--chmod={node.chmod:03o}"
    for pattern in node.exclude:
        yield f"--exclude={pattern}"


def _names(node: Copy) -> str:
    names = (*node.sources, node.dest)
    return _json_array(names) if node.json_form else " ".join(map(str, names))


def _run_flags(node: Run) -> Iterator[str]:
    yield from map(_mount, node.mounts)
    if node.no_cache:
        yield "--no-cache"
    if node.timeout is not None:
        yield f"--timeout={_duration(node.timeout)}"


def _mount(mount: CacheMount) -> str:
    name = f",id={mount.id}" if mount.id else ""
    return f"--mount=type=cache,target={mount.target}{name}"


def _what_runs(node: Run) -> str:
    if node.argv is not None:
        return _json_array(node.argv)
    if node.heredoc:
        return f"{node.heredoc}\n{node.command}\n{_end_word(node.heredoc)}"
    return str(node.command)


def _end_word(opening: str) -> str:
    """The line that ends a here-document which begins with `opening`, such as `<<-'EOF'`."""
    return opening.strip("<- \t'\"")


def _health_check(node: Healthcheck) -> str:
    if node.argv is None:
        return "NONE"
    return " ".join([*_health_flags(node), "CMD", _command(node.argv, node.json_form)])


def _health_flags(node: Healthcheck) -> Iterator[str]:
    usual = Healthcheck(None, span=node.span)
    for flag in ("interval", "timeout", "start_period"):
        if getattr(node, flag) != getattr(usual, flag):
            yield f"--{flag.replace('_', '-')}={_duration(getattr(node, flag))}"
    if node.retries != usual.retries:
        yield f"--retries={node.retries}"


def _command(argv: Sequence[Text], json_form: bool) -> str:
    return _json_array(argv) if json_form else str(argv[-1])


def _json_array(elements: Iterable[Text]) -> str:
    return f"[{', '.join(map(_json_string, elements))}]"


def _json_string(text: Text) -> str:
    parts = (_escaped(part) if isinstance(part, str) else str(part) for part in text.parts)
    return f'"{"".join(parts)}"'


def _escaped(literal: str) -> str:
    characters = json.dumps(literal, ensure_ascii=False)[1:-1]
    return _LOOKS_LIKE_PLACEHOLDER.sub(r"\\u0024", characters)


def _duration(seconds: float) -> str:
    """As people write it, and the same float when read again."""
    exact = Decimal(repr(seconds))
    if exact == int(exact):
        return _hours_minutes_seconds(int(exact))
    if exact < 1 and exact * 1000 == int(exact * 1000):
        return f"{int(exact * 1000)}ms"
    return f"{exact:f}s"


def _hours_minutes_seconds(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"
