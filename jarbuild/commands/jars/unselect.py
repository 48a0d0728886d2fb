"""`geniejars unselect`: no jar is selected in this folder any more."""

from __future__ import annotations

import argparse

from jarbuild import selection
from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen

SUMMARY = "Forget which jar is selected in this folder."
EXAMPLES = ("geniejars unselect", "geniejars select other_1")


def options(parser: Parser) -> None:
    """It takes nothing."""


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    selection.unselect()
    screen.print(["Selection cleared"])
    return 0
