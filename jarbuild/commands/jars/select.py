"""`geniejars select`: the jar that the next commands in this folder are for."""

from __future__ import annotations

import argparse

from geniejars import load_config, occupied_entry, read_state, resolve_name
from jarbuild import selection
from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen

SUMMARY = "Select the jar that commands in this folder are for, when they name none."
EXAMPLES = ("geniejars select myapp_1", "GENIEJARS=myapp_1 geniejars status")


def options(parser: Parser) -> None:
    parser.add_argument("jar", metavar="JAR", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    state = read_state(load_config())
    name = resolve_name(state, arguments.jar)
    occupied_entry(state, name)
    selection.select(name)
    screen.print([f"Selected: {name}"])
    return 0
