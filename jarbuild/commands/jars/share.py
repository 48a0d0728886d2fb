"""`geniejars share`: a folder of the manager's in a jar."""

from __future__ import annotations

import argparse
from pathlib import Path

from geniejars import shared_folders
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen

SUMMARY = """\
Share a folder with a jar, at its own path inside: to read, or with --rw to
write in. What the jar makes there is yours. Without PATH: what is shared."""
EXAMPLES = ("geniejars share . --rw myapp_1", "geniejars share")


def options(parser: Parser) -> None:
    parser.add_argument("--rw", action="store_true", help="the jar may write in it")
    parser.add_argument(
        "--restart", action="store_true", help="end what runs in the jar, start the app again"
    )
    parser.add_argument("path", metavar="PATH", nargs="?", help="a folder")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    if arguments.path is None:
        shared = shared_folders(home.config, home.name)
        screen.print(f"{'rw' if s['writable'] else 'ro'} {escaped(s['path'])}" for s in shared)
        return 0
    from geniejars import share_folder

    real = share_folder(
        home, Path(arguments.path), writable=arguments.rw, restart=arguments.restart
    )
    screen.print([f"Shared with {home.name}: {escaped(str(real))}"])
    return 0
