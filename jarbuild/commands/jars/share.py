"""`geniejars share`: a folder of the manager's in a jar."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from geniejars import Home, share_folder, shared_folders
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen

SUMMARY = """\
Share a folder with a jar, at its own path inside: to read, or with --rw to
write in. What the jar makes there is yours. Without PATH: what is shared."""
EXAMPLES = ("geniejars share . --rw myapp_1", "geniejars share --json")


def options(parser: Parser) -> None:
    parser.add_argument("--rw", action="store_true", help="the jar may write in it")
    parser.add_argument(
        "--restart", action="store_true", help="end what runs in the jar, start the app again"
    )
    parser.add_argument("--json", action="store_true", help="all that is shared, for programs")
    parser.add_argument("path", metavar="PATH", nargs="?", help="a folder")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    told = None if arguments.path is None else _share(home, arguments)
    shared = sorted(shared_folders(home.config, home.name), key=lambda share: share["path"])
    if arguments.json:
        screen.print([json.dumps(shared, indent=2)])
    elif told is not None:
        screen.print([told])
    else:
        screen.print(f"{'rw' if s['writable'] else 'ro'} {escaped(s['path'])}" for s in shared)
    return 0


def _share(home: Home, arguments: argparse.Namespace) -> str:
    real = share_folder(
        home, Path(arguments.path), writable=arguments.rw, restart=arguments.restart
    )
    return f"Shared with {home.name}: {escaped(str(real))}"
