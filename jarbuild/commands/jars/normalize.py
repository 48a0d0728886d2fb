"""`geniejars normalize`: manager and jar can use each other's files again."""

from __future__ import annotations

import argparse

from geniejars import normalize
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.screen import Screen

SUMMARY = """\
Let the manager read and write what the jar made since its build, and the jar
what the manager put there. Files that were made private stay so."""
EXAMPLES = ("geniejars normalize myapp_1", "geniejars normalize --private myapp_1")


def options(parser: Parser) -> None:
    parser.add_argument("--private", action="store_true", help="private files too")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    normalize(home.config, home.name, private=arguments.private)
    screen.print([f"Normalized: {home.name}"])
    return 0
