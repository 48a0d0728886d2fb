"""`geniejars unshare`: a folder is the manager's alone again."""

from __future__ import annotations

import argparse
from pathlib import Path

from geniejars import unshare_folder
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen

SUMMARY = "Take back a folder that was shared with a jar; what the jar made there is yours."
EXAMPLES = ("geniejars unshare . myapp_1", "geniejars unshare --restart ../checkout")


def options(parser: Parser) -> None:
    parser.add_argument(
        "--restart", action="store_true", help="end what runs in the jar, start the app again"
    )
    parser.add_argument("path", metavar="PATH", help="the folder")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    real = unshare_folder(home, Path(arguments.path), restart=arguments.restart)
    screen.print([f"Not shared with {home.name} any more: {escaped(str(real))}"])
    return 0
