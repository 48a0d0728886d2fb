"""`geniejars logs`: what a jar's app wrote."""

from __future__ import annotations

import argparse

from jarbuild.arguments import Parser
from jarbuild.commands.jars.attached import writer
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.screen import Screen

SUMMARY = "Show what a jar's app wrote, from its first byte on."
EXAMPLES = ("geniejars logs myapp_1", "geniejars logs -f -n 20")


def options(parser: Parser) -> None:
    parser.add_argument("-f", dest="follow", action="store_true", help="go on until Ctrl-C")
    parser.add_argument("-n", dest="lines", metavar="N", type=count, help="the last N lines")
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    with open_home(arguments.jar, screen).connect("live") as session:
        session.log(writer(screen), lines=arguments.lines, follow=arguments.follow)
    return 0


def count(word: str) -> int:
    if word.isascii() and word.isdigit():
        return int(word)
    raise argparse.ArgumentTypeError(f"{word!r} is no number of lines")
