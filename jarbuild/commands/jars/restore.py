"""`geniejars restore`: a home from an archive that `backup` wrote."""

from __future__ import annotations

import argparse
from pathlib import Path

from geniejars import UsageError, read_state, restore_home
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import home_of, open_pool
from jarbuild.display.screen import Screen
from jarbuild.selection import jar_and_rest

SUMMARY = """\
Replace a jar's home by what an archive of `geniejars backup` holds. What is
in it now is backed up first; nothing may run in the jar."""
EXAMPLES = ("geniejars restore myapp_1 jar001-20260324-174300-1a2b3c4d.tar.gz", "geniejars diff")


def options(parser: Parser) -> None:
    parser.add_argument("words", metavar="[JAR] FILE", nargs="+", help="the jar may be selected")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = open_pool(screen)
    name, rest = jar_and_rest(read_state(config), arguments.words)
    if len(rest) != 1:
        raise UsageError("restore takes one archive", help="geniejars restore [JAR] FILE")
    home_of(config, name, screen)
    restore_home(config, name, Path(rest[0]), on_backup=lambda kept: screen.note(f"Backup: {kept}"))
    screen.print([f"Restored: {name}"])
    return 0
