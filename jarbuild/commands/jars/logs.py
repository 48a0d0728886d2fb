"""`geniejars logs`: what a jar's app wrote, or where the jar went."""

from __future__ import annotations

import argparse

from geniejars import read_audit, read_state
from jarbuild.arguments import Parser
from jarbuild.commands.jars.attached import writer
from jarbuild.commands.jars.opened import open_home, open_pool
from jarbuild.display.screen import Screen
from jarbuild.selection import jar_named

SUMMARY = """\
Show what a jar's app wrote, from its first byte on. With --network: which
hosts the jar asked for (network "filtered"), one JSON object a line."""
EXAMPLES = ("geniejars logs myapp_1", "geniejars logs -f -n 20", "geniejars logs --network")


def options(parser: Parser) -> None:
    parser.add_argument("-f", dest="follow", action="store_true", help="go on until Ctrl-C")
    parser.add_argument("-n", dest="lines", metavar="N", type=count, help="the last N lines")
    parser.add_argument("--network", action="store_true", help="the hosts that it asked for")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    if arguments.network:
        return _show_network(arguments, screen)
    with open_home(arguments.jar, screen).connect("live") as session:
        session.log(writer(screen), lines=arguments.lines, follow=arguments.follow)
    return 0


def _show_network(arguments: argparse.Namespace, screen: Screen) -> int:
    config = open_pool(screen)
    lines = read_audit(config, jar_named(read_state(config), arguments.jar))
    wanted = len(lines) if arguments.lines is None else arguments.lines
    screen.print(lines[len(lines) - min(wanted, len(lines)) :])
    return 0


def count(word: str) -> int:
    if word.isascii() and word.isdigit():
        return int(word)
    raise argparse.ArgumentTypeError(f"{word!r} is no number of lines")
