"""The pool's state: which jars are taken, by whom, and what the last build left in them.

One JSON file in the ancestor's shape (scripts read `geniejars status --json`), with fields of our
own beside it. It is replaced as a whole, so a reader needs no lock; whoever changes it holds one.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypedDict

from genieagent.sealed import sealed_text, unsealed
from geniejars.config import Config
from geniejars.errors import MachineError, UsageError, flaw
from geniejars.folders import make_state_folders
from geniejars.locks import locked

STATE_VERSION = 1
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Pending(TypedDict):
    """What a build is about to make of a home."""

    tree: str
    prepared: dict[str, Any]


class SharedFolder(TypedDict):
    """A folder of the manager's that the jar sees at its own, real path."""

    path: str
    writable: bool


class JarEntry(TypedDict):
    """One jar. The first seven are the ancestor's; None where the jar is free."""

    status: Literal["free", "occupied"]
    allocatedAt: str | None
    allocatedBy: str | None
    tag: str | None
    alias: str | None
    ports: list[int] | None
    prepared: dict[str, Any] | None
    number: int  # 0-based; the jar's ids follow from it
    allocation: str | None  # another one for each tenant
    uncleared: bool  # the last tenant's files are still there
    jfile: str | None  # real path of the JFile that is built into it
    tree: str | None  # digest of the last build that succeeded
    pending: Pending | None
    restart: str | None  # the policy `app up` was last given
    shares: list[SharedFolder]


class State(TypedDict):
    version: int
    updated: str
    pool: dict[str, JarEntry]
    ports: dict[str, str]  # port: "free" or the jar that has it


def pool_name(config: Config, n: int) -> str:
    """The name of the n-th jar, counted from 1."""
    return config.pool_prefix + str(n).zfill(config.pool_padding)


def all_names(config: Config) -> list[str]:
    """Every jar of the pool, in order."""
    return [pool_name(config, n) for n in range(1, config.pool_size + 1)]


def home_dir(config: Config, name: str) -> Path:
    """The real path of a jar's home, as the manager sees it."""
    return config.home_base / name / "home"


def initial_state(config: Config) -> State:
    """A pool in which everything is free."""
    ports = range(config.port_base, config.port_base + config.port_count)
    return State(
        version=STATE_VERSION,
        updated=now(),
        pool={name: free_entry(number) for number, name in enumerate(all_names(config))},
        ports={str(port): "free" for port in ports},
    )


def free_entry(number: int) -> JarEntry:
    return JarEntry(
        status="free",
        allocatedAt=None,
        allocatedBy=None,
        tag=None,
        alias=None,
        ports=None,
        prepared=None,
        number=number,
        allocation=None,
        uncleared=False,
        jfile=None,
        tree=None,
        pending=None,
        restart=None,
        shares=[],
    )


_DAMAGE = (ValueError, TypeError, KeyError, AttributeError)
"""What reading a state raises that nobody has written so."""


def now() -> str:
    """The time as JavaScript writes it."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    return stamp.replace("+00:00", "Z")


def read_state(config: Config) -> State:
    """The state as it is now, grown or shrunk to the config; raises MachineError.

    Where the file is damaged its copy is as good. The ancestor's files have no seal.
    """
    try:
        return _parsed(config, config.state_file)
    except FileNotFoundError:
        return initial_state(config)
    except _DAMAGE as error:
        with suppress(OSError, *_DAMAGE):
            return _parsed(config, _copy_of(config.state_file))
        raise MachineError(
            f"{config.state_file} is damaged, and so is its copy beside it: {flaw(error)}",
            help=f"put both back from a backup; or move them away ({_copy_of(config.state_file)}"
            " is the copy), and the pool is empty",
        ) from error
    except OSError as error:
        raise MachineError(
            f"cannot read {config.state_file}: {error.strerror}",
            help="it must be a file of yours, of mode 0600, in folders that you may pass",
        ) from error


def jfiles_in(state_file: Path) -> dict[str, str]:
    """Of each allocated jar the JFile that is built into it, whatever config the state is of.

    Raises OSError, ValueError.
    """
    try:
        pool = unsealed(state_file.read_text("utf-8"))["pool"]
        return {name: entry["jfile"] for name, entry in pool.items() if entry["jfile"]}
    except _DAMAGE as error:
        raise ValueError(f"{state_file} is damaged: {flaw(error)}") from error


def _parsed(config: Config, path: Path) -> State:
    return _fitted(config, unsealed(path.read_text("utf-8")))


def _copy_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.copy")


def _fitted(config: Config, state: State) -> State:
    """New jars and ports are free, fields we do not find empty; what is taken stays."""
    fresh = initial_state(config)
    taken = {n: e for n, e in state["pool"].items() if n in fresh["pool"] or e["status"] != "free"}
    in_use = {p: n for p, n in state.get("ports", {}).items() if p in fresh["ports"] or n != "free"}
    for name, entry in taken.items():
        blank = fresh["pool"].get(name) or free_entry(-1)
        fresh["pool"][name] = {**blank, **entry}
    fresh["ports"].update(in_use)
    fresh["updated"] = state["updated"]
    return fresh


def write_state(config: Config, state: State) -> None:
    """Replace the file, readable at any instant. The caller holds the lock."""
    make_state_folders(config)
    state["updated"] = now()
    text = sealed_text(state)
    # Who has which jar is known nowhere else; the copy is never older than the file.
    for path in (_copy_of(config.state_file), config.state_file):
        replace_private(path, text)


def replace_private(path: Path, text: str) -> None:
    """Put a file of mode 0600 in place as a whole, durably; raises MachineError.

    One writer at a time, so that what a killed one left is written over by the next.
    """
    partial = path.with_name(f".{path.name}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(partial, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        partial.replace(path)
    except OSError as error:
        raise MachineError(
            f"cannot write {path}: {error.strerror}",
            help="make room, as with jarbuild cache prune" if error.errno in _FULL else None,
        ) from error


def acquire_lock(config: Config) -> AbstractContextManager[None]:
    """`with acquire_lock(config):` nobody else changes the state."""
    make_state_folders(config)
    return locked(config.lock_file)


@contextmanager
def changing_state(config: Config) -> Iterator[State]:
    """The state, to be changed in place; written at the end if it was, unless an exception came."""
    with acquire_lock(config):
        state = read_state(config)
        before = json.dumps(state)
        yield state
        if json.dumps(state) != before:
            write_state(config, state)


def free_names(state: State) -> list[str]:
    return [name for name, entry in state["pool"].items() if entry["status"] == "free"]


def occupied_names(state: State) -> list[str]:
    return [name for name, entry in state["pool"].items() if entry["status"] == "occupied"]


def resolve_name(state: State, name_or_alias: str) -> str:
    """The jar of this name or alias; raises UsageError with the nearest that are taken."""
    if name_or_alias in state["pool"]:
        return name_or_alias
    aliases = {e["alias"]: name for name, e in state["pool"].items() if e["alias"]}
    if name_or_alias in aliases:
        return aliases[name_or_alias]
    raise UsageError(
        f"there is no jar {name_or_alias!r}",
        help=_suggestion(name_or_alias, [*aliases, *occupied_names(state)]),
    )


def _suggestion(wrong: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(wrong, known, 3)
    return f"did you mean {' or '.join(near)}?" if near else "geniejars status lists them all"


def occupied_entry(state: State, name: str) -> JarEntry:
    """The entry of a jar somebody has; raises UsageError for a free one."""
    entry = state["pool"].get(name)
    if entry is None or entry["status"] != "occupied":
        raise UsageError(f"{name} is not allocated", help="geniejars alloc gives you a jar")
    return entry
