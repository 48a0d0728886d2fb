"""The words after `jarbuild`, one module each; a build has no word of its own.

A module is imported when its word is typed, for start-up time is felt at every build. It offers
what the Command protocol says.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen
from jarbuild.options import add_build_options, build_help

MODULES = {
    "cache": "jarbuild.commands.cache",
    "completion": "jarbuild.commands.completion",
    "context": "jarbuild.commands.context",
    "fmt": "jarbuild.commands.fmt",
    "init": "jarbuild.commands.init",
    "lint": "jarbuild.commands.lint",
}

HELP = build_help(
    (
        "usage: jarbuild [PATH] [option ...]   PATH: a folder with a JFile or a JFile (.)",
        f"       jarbuild COMMAND [--help]   {', '.join(MODULES)}",
    ),
    ("jarbuild examples/helloworld --up", "jarbuild --plan --format json"),
)


class Command(Protocol):
    """What cli expects of a command's module."""

    SUMMARY: str
    EXAMPLES: Sequence[str]

    def options(self, parser: Parser) -> None:
        """Add what the command takes."""

    def run(self, arguments: argparse.Namespace, screen: Screen) -> int:
        """Do it; the exit code comes back. Raises JarbuildError."""


def load(modules: Mapping[str, str], word: str) -> Command:
    """The module of a word."""
    return cast(Command, import_module(modules[word]))  # a module is no Protocol to mypy


def parser_of(program: str, word: str, command: Command) -> Parser:
    """The parser of what follows the word."""
    parser = Parser(f"{program} {word}", command.SUMMARY, command.EXAMPLES)
    command.options(parser)
    return parser


def bare_parser() -> Parser:
    """The parser of `jarbuild` without a command's word: a build."""
    parser = Parser("jarbuild", help_text=HELP)
    add_build_options(parser)
    parser.add_argument("path", metavar="PATH", nargs="?", default=".")
    return parser
