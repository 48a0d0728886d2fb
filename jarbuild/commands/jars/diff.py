"""`geniejars diff`: what has changed in a home since its last build."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from attrs import define

from geniejars import Change, Contents, Entry, Home, Path
from jarbuild.arguments import Parser
from jarbuild.built_home import BuiltHome, open_built_home
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.content_diff import painted, unified
from jarbuild.display.controls import escaped
from jarbuild.display.quantities import size
from jarbuild.display.screen import Screen

SUMMARY = """\
List what was added (A), changed (C) and deleted (D) in a jar's home since its
last build. What lies below a PERSIST path is the app's, and not listed."""
EXAMPLES = ("geniejars diff myapp_1", "geniejars diff --content", "geniejars diff --json myapp_1")

LETTERS = {"added": "A", "changed": "C", "deleted": "D"}

MOST_CONTENT = 1_000_000
"""Bytes of a file that is compared line by line."""


def options(parser: Parser) -> None:
    parser.add_argument("--content", action="store_true", help="with what changed in text files")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    with _undisturbed(home, arguments.content), open_built_home(home) as built:
        changes = built.diff.changes
        texts = _Texts(built, built.contents_of(changes)) if arguments.content else None
        if built.diff.built is None:
            screen.note(f"note: {home.name} was never built: all that is in it was added")
        if arguments.json:
            rows = [_as_object(c) | ({"diff": texts.of(c)} if texts else {}) for c in changes]
            screen.print([json.dumps(rows, indent=2)])
        else:
            screen.print(line for c in changes for line in _lines(c, texts, screen))
    return 0


def _undisturbed(home: Home, reads_root: bool) -> Any:
    """No build changes the build root while contents are read from it."""
    return home.locked(f"a build of {home.name}") if reads_root else nullcontext()


@define
class _Texts:
    """What changed in files, read on demand."""

    built: BuiltHome
    contents: Contents

    def of(self, change: Change) -> list[str] | None:
        """None for what is no file, or one that changed its bits only."""
        old, new = _file(change.old), _file(change.new)
        if (old is None and new is None) or (old and new and old.value == new.value):
            return None
        path = os.fsdecode(change.path)
        if max(entry.size for entry in (old, new) if entry is not None) > MOST_CONTENT:
            return [f"File {path} is too large to compare"]
        if old is not None and not self.contents.has(change.path, old):
            return [f"No copy of the old {path} is left"]
        return unified(
            path,
            old and self.contents.read(change.path, old, self.built.session),
            new and self.built.session.read("home", change.path, MOST_CONTENT)[0],
        )


def _file(entry: Entry | None) -> Entry | None:
    return entry if entry is not None and entry.kind == "file" else None


def _lines(change: Change, texts: _Texts | None, screen: Screen) -> Iterator[str]:
    yield _line(change)
    for line in texts.of(change) or () if texts else ():
        yield painted(line, screen.palette)


def kind_of_change(change: Change) -> str:
    if change.old is None:
        return "added"
    return "deleted" if change.new is None else "changed"


def _line(change: Change) -> str:
    entry = change.new or change.old
    assert entry is not None, "a change has at least one side"
    sizes = f" ({_sizes(change)})" if entry.kind == "file" else ""
    return f"{LETTERS[kind_of_change(change)]} {shown(change.path, entry)}{sizes}"


def shown(path: Path, entry: Entry | None) -> str:
    """A folder ends with a slash; control characters are harmless."""
    return escaped(os.fsdecode(path)) + ("/" if entry and entry.kind == "folder" else "")


def _sizes(change: Change) -> str:
    sides = (change.old, change.new)
    return " -> ".join(size(e.size) for e in sides if e is not None and e.kind == "file")


def _as_object(change: Change) -> dict[str, Any]:
    return {
        "change": kind_of_change(change),
        "path": os.fsdecode(change.path),
        "kind": change.new.kind if change.new else None,
        "size": change.new.size if change.new and change.new.kind == "file" else None,
        "oldKind": change.old.kind if change.old else None,
        "oldSize": change.old.size if change.old and change.old.kind == "file" else None,
    }
