"""`geniejars restore`: a home from an archive that `backup` wrote."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from geniejars import Home, UsageError, agent_status, backup_home, clear_home, read_state
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
    home = home_of(config, name, screen)
    descriptor = _open(rest[0])
    try:
        _refuse_in_use(home)
        screen.note(f"Backup: {backup_home(config, name)}")
        _restore(home, descriptor)
    finally:
        os.close(descriptor)
    screen.print([f"Restored: {name}"])
    return 0


def _open(path: str) -> int:
    try:
        return os.open(Path(path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _refuse_in_use(home: Home) -> None:
    status = agent_status(home.config, home.name)
    if status.running or status.sessions:
        raise UsageError(f"something runs in {home.name}", help="geniejars app down ends its app")


def _restore(home: Home, descriptor: int) -> None:
    clear_home(home.config, home.name)
    with home.connect("live") as session:
        session.restore(descriptor)
