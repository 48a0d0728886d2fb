"""`geniejars backup`: a home as an archive."""

from __future__ import annotations

import argparse

from geniejars import backup_home
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.screen import Screen

SUMMARY = "Write a jar's home to a .tar.gz in the backup folder, and print its path."
EXAMPLES = ("geniejars backup myapp_1", "tar -tzf $(geniejars backup myapp_1)")


def options(parser: Parser) -> None:
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    screen.print([str(backup_home(home.config, home.name))])
    return 0
