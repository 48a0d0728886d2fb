"""`geniejars diff`: what has changed in a home since its last build."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from typing import Any

from geniejars import (
    EMPTY_TREE,
    AgentError,
    AgentSession,
    Change,
    Digest,
    Forest,
    Home,
    MachineError,
    Path,
    cache_folder,
    compare,
    prepared_from_json,
    read_state,
)
from jarbuild.arguments import Parser
from jarbuild.cache.store import Store
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.controls import escaped
from jarbuild.display.quantities import size
from jarbuild.display.screen import Screen

SUMMARY = """\
List what was added (A), changed (C) and deleted (D) in a jar's home since its
last build. What lies below a PERSIST path is the app's, and not listed."""
EXAMPLES = ("geniejars diff myapp_1", "geniejars diff --json myapp_1")

LETTERS = {"added": "A", "changed": "C", "deleted": "D"}


def options(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    changes = find_changes(open_home(arguments.jar, screen))
    if arguments.json:
        screen.print([json.dumps([_as_object(change) for change in changes], indent=2)])
    else:
        screen.print(map(_line, changes))
    return 0


def find_changes(home: Home) -> list[Change]:
    """What turned the last build's tree into what is there now, by path; raises MachineError."""
    with (
        Store.open(cache_folder(), is_writable=False) as store,
        home.connect("live") as session,
    ):
        built = session.drift().tree or EMPTY_TREE
        found = session.scan("home")
        forest = Forest(_objects(store.folder_object, session))
        changes = list(compare(forest, built.root, found.root))
    seeds = _persistent(home)
    return sorted((c for c in changes if not _is_below(c.path, seeds)), key=lambda c: c.path)


def _objects(stored: Callable[[Digest], bytes], session: AgentSession) -> Callable[[Digest], bytes]:
    """Folders of the build from the cache, those of the home from its agent."""

    def find(digest: Digest) -> bytes:
        try:
            return stored(digest)
        except KeyError:
            pass
        try:
            return session.objects([digest])[digest]
        except AgentError as error:
            raise MachineError(
                "the cache no longer knows what the last build made", help="build again first"
            ) from error

    return find


def _persistent(home: Home) -> Sequence[Path]:
    prepared = read_state(home.config)["pool"][home.name]["prepared"]
    return [os.fsencode(path) for path in prepared_from_json(prepared or {}).persist]


def _is_below(path: Path, folders: Sequence[Path]) -> bool:
    return any(path == folder or path.startswith(folder + b"/") for folder in folders)


def _kind_of_change(change: Change) -> str:
    if change.old is None:
        return "added"
    return "deleted" if change.new is None else "changed"


def _line(change: Change) -> str:
    entry = change.new or change.old
    assert entry is not None, "a change has at least one side"
    path = escaped(os.fsdecode(change.path)) + ("/" if entry.kind == "folder" else "")
    sizes = f" ({_sizes(change)})" if entry.kind == "file" else ""
    return f"{LETTERS[_kind_of_change(change)]} {path}{sizes}"


def _sizes(change: Change) -> str:
    sides = (change.old, change.new)
    return " -> ".join(size(e.size) for e in sides if e is not None and e.kind == "file")


def _as_object(change: Change) -> dict[str, Any]:
    return {
        "change": _kind_of_change(change),
        "path": os.fsdecode(change.path),
        "kind": change.new.kind if change.new else None,
        "size": change.new.size if change.new and change.new.kind == "file" else None,
        "oldKind": change.old.kind if change.old else None,
        "oldSize": change.old.size if change.old and change.old.kind == "file" else None,
    }
