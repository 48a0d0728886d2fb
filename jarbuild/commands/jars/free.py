"""`geniejars free`: a jar goes back to the pool."""

from __future__ import annotations

import argparse

from geniejars import deallocate, read_state
from jarbuild import selection
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_pool
from jarbuild.display.screen import Screen

SUMMARY = "End everything in a jar and give it back; the next one to get it finds nothing."
EXAMPLES = ("geniejars free", "geniejars free myapp_1")


def options(parser: Parser) -> None:
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = open_pool(screen)
    state = read_state(config)
    name = selection.jar_named(state, arguments.jar)
    alias = state["pool"][name]["alias"]
    deallocate(config, name)
    if selection.selected() in (name, alias):
        selection.unselect()
    screen.print([f"Released: {name}"])
    return 0
