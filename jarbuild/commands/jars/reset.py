"""`geniejars reset`: a home becomes again what its last build made of it."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from typing import Any

from geniejars import Applied, Home, Reset, plan_reset, reset_home
from jarbuild.arguments import Parser
from jarbuild.built_home import open_built_home
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen

SUMMARY = """\
Undo what was done in a jar's home since its last build. What was added, and
what changed files held, is kept in the jar's backup folder; what lies below a
PERSIST path stays. Exit 1: of some files no copy is left, and they are named."""
EXAMPLES = ("geniejars reset --dry-run myapp_1", "geniejars reset")


def options(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    with home.locked(f"a build of {home.name}"), open_built_home(home) as built:
        contents = built.contents_of(built.diff.changes)
        reset = plan_reset(built.session, built.diff, contents)
        applied = None
        if reset.is_needed and not arguments.dry_run:
            home.hand_over()
            applied = reset_home(built.session, reset, contents)
    if arguments.json:
        screen.print([json.dumps(_as_object(home, reset, applied), indent=2)])
    else:
        screen.print([*_lines(reset), _summary(home, reset, applied, arguments.dry_run)])
    return 1 if reset.lost else 0


def _lines(reset: Reset) -> Iterator[str]:
    yield from (f"removed   {_shown(path)}" for path in reset.removed)
    yield from (f"restored  {_shown(change.path)}" for change in reset.restored)
    yield from (f"lost      {_shown(path)}" for path in reset.lost)


def _summary(home: Home, reset: Reset, applied: Applied | None, is_dry: bool) -> str:
    if reset.lost:
        return f"No copy of what is lost is left: build {home.name} again to make it."
    if is_dry and reset.is_needed:
        return "Nothing was changed: this was a dry run."
    backup = _backup(home, applied)
    return f"Reset: {home.name}" + (f" (what was there: {backup})" if backup else "")


def _as_object(home: Home, reset: Reset, applied: Applied | None) -> dict[str, Any]:
    return {
        "jar": home.name,
        "isDone": applied is not None,
        "removed": [os.fsdecode(path) for path in reset.removed],
        "restored": [os.fsdecode(change.path) for change in reset.restored],
        "lost": [os.fsdecode(path) for path in reset.lost],
        "backedUp": list(applied.backed_up) if applied else [],
        "backup": _backup(home, applied),
    }


def _backup(home: Home, applied: Applied | None) -> str | None:
    """The real path of the folder."""
    if applied is None or applied.backup is None:
        return None
    return str(home.config.home_base / home.name / applied.backup)


def _shown(path: bytes) -> str:
    return escaped(os.fsdecode(path))
