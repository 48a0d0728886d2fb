"""`geniejars alloc`: a free jar becomes somebody's."""

from __future__ import annotations

import argparse

from geniejars import allocate
from jarbuild import selection
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_pool
from jarbuild.display.screen import Screen

SUMMARY = "Allocate a free jar, empty, with ports of its own, and print its name."
EXAMPLES = ("geniejars alloc -s", "JAR=$(geniejars alloc --tag myapp)")


def options(parser: Parser) -> None:
    parser.add_argument("-s", "--select", action="store_true", help="select it in this folder")
    parser.add_argument("--tag", metavar="TAG", help="a label, shown by status --json")
    parser.add_argument(
        "--backup", action="store_true", help="first back up what the last user left"
    )
    parser.add_argument("--no-clear", action="store_true", help="keep what the last user left")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    name = allocate(
        open_pool(screen),
        backup=arguments.backup,
        clear=not arguments.no_clear,
        tag=arguments.tag,
        on_backup=lambda path: screen.note(f"Backup: {path}"),
    )
    if arguments.select:
        selection.select(name)
    screen.print([name])
    return 0
