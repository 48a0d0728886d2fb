"""Nodes as plain data for JSON, with the ancestor's names for what the ancestor had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .nodes import (
    Addpath,
    Arg,
    CacheMount,
    Cmd,
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
from .printer import keyword


def dump(nodes: JFile | Iterable[Directive]) -> list[dict[str, Any]]:
    """One entry a directive: `type`, `line`, `file` if it came from an INCLUDE, and its fields.

    Placeholders are shown as they are written. What is not given (flags, mostly) has no entry.
    """
    directives = nodes.directives if isinstance(nodes, JFile) else nodes
    return [_entry(node) for node in directives]


def _entry(node: Directive) -> dict[str, Any]:
    entry = {"type": keyword(node), **_fields(node), "line": node.span.line}
    return entry | {"file": node.span.file} if node.span.file else entry


def _fields(node: Directive) -> dict[str, Any]:
    match node:
        case Tag(tag):
            return {"tag": str(tag)}
        case Env(key, value):
            return {"key": str(key), "value": str(value)}
        case Arg(name, default):
            return _given(name=name, default=default and str(default))
        case Workdir(path) | Depend(path) | Addpath(path) | Include(path) | Persist(path):
            return {"path": str(path)}
        case Import(key):
            return {"key": str(key)}
        case Copy():
            return _copy(node)
        case Run():
            return _run(node)
        case Cmd(argv):
            return {"cmd": _strings(argv)}
        case Healthcheck():
            return _healthcheck(node)
        case Stopsignal(signal):
            return {"signal": signal}


def _copy(node: Copy) -> dict[str, Any]:
    return {"sources": _strings(node.sources), "dest": str(node.dest)} | _given(
        chmod=None if node.chmod is None else f"{node.chmod:03o}",
        exclude=list(node.exclude) or None,
    )


def _run(node: Run) -> dict[str, Any]:
    return _given(
        command=None if node.command is None else str(node.command),
        argv=None if node.argv is None else _strings(node.argv),
        heredoc=node.heredoc,
        mounts=[_mount(mount) for mount in node.mounts] or None,
        noCache=node.no_cache or None,
        timeout=node.timeout,
    )


def _mount(mount: CacheMount) -> dict[str, Any]:
    return _given(target=str(mount.target), id=mount.id)


def _healthcheck(node: Healthcheck) -> dict[str, Any]:
    if node.argv is None:
        return {"cmd": None}
    return {
        "cmd": _strings(node.argv),
        "interval": node.interval,
        "timeout": node.timeout,
        "startPeriod": node.start_period,
        "retries": node.retries,
    }


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _strings(texts: Iterable[Text]) -> list[str]:
    return [str(text) for text in texts]
