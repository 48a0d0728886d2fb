"""`geniejars shell`: an interactive shell in a jar."""

from __future__ import annotations

import argparse
import os

from geniejars import jar_environment
from jarbuild.arguments import Parser
from jarbuild.commands.jars.attached import STDIN, run_attached
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.screen import Screen

SUMMARY = "A shell in a jar: bash where there is one, else sh."
EXAMPLES = ("geniejars shell", "echo 'ls -la' | geniejars shell myapp_1")

SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash || exec sh")


def options(parser: Parser) -> None:
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    home = open_home(arguments.jar, screen)
    return run_attached(
        home,
        SHELL,
        jar_environment(home.config, home.name),
        screen,
        with_input=True,
        with_terminal=os.isatty(STDIN),
    )
