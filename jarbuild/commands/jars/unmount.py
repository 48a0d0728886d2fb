"""`geniejars unmount`: takes away what `mount` made."""

from __future__ import annotations

import argparse
from pathlib import Path

from geniejars import UsageError
from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen

SUMMARY = "Remove a symlink that `geniejars mount` made; what it leads to stays."
EXAMPLES = ("geniejars unmount ./myapp-home", "geniejars unmount ./common")


def options(parser: Parser) -> None:
    parser.add_argument("link", metavar="LINK", help="the symlink")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    link = Path(arguments.link).absolute()
    if not link.is_symlink():
        what = f"{link} is not a symlink" if link.exists() else f"there is no {link}"
        raise UsageError(what, help="LINK is one that geniejars mount made")
    link.unlink()
    screen.print([f"Unmounted: {link}"])
    return 0
