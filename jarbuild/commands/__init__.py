"""The words after `jarbuild`, one module each; a build has no word of its own.

A module is imported when its word is typed, for start-up time is felt at every build. It offers
what the Command protocol says.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Protocol

from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen

MODULES = {
    "context": "jarbuild.commands.context",
    "fmt": "jarbuild.commands.fmt",
    "init": "jarbuild.commands.init",
    "lint": "jarbuild.commands.lint",
}


class Command(Protocol):
    """What cli expects of a command's module."""

    SUMMARY: str
    EXAMPLES: Sequence[str]

    def options(self, parser: Parser) -> None:
        """Add what the command takes."""

    def run(self, arguments: argparse.Namespace, screen: Screen) -> int:
        """Do it; the exit code comes back. Raises JarbuildError."""
