"""`jarbuild cache`: the words after it, one module each, as `jarbuild.commands` has it."""

from __future__ import annotations

import argparse

from jarbuild.arguments import Parser, one_of
from jarbuild.commands import load, parser_of
from jarbuild.display.screen import Screen

_PACKAGE = "jarbuild.commands.cache"

MODULES = {word: f"{_PACKAGE}.{word}" for word in ("du", "ls", "show", "verify", "prune", "export")}

SUMMARY = """\
What the step cache holds, and its upkeep; each word has --help:

- du: how much room it takes, and how much it may take
- ls: its entries, what was used last first
- show KEY: all about one entry; a key may be shortened
- verify: everything read, every checksum compared; --repair
- prune: make it smaller, never dropping what is in use
- export DEST: a jar's last build, or the steps up to a KEY, as an OCI image"""
EXAMPLES = ("jarbuild cache ls", "jarbuild cache prune --max-size 5GB --dry-run")


def options(parser: Parser) -> None:
    parser.add_argument("word", metavar="COMMAND", type=one_of(*MODULES), help="one of the above")
    parser.add_argument("rest", metavar="...", nargs=argparse.REMAINDER, help="what it takes")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    command = load(MODULES, arguments.word)
    given = parser_of("jarbuild cache", arguments.word, command).read(arguments.rest)
    return command.run(given, screen)
