"""`geniejars common-issues`: what to do when something does not work."""

from __future__ import annotations

import argparse
from pathlib import Path

from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen, page

SUMMARY = "Show common problems and what to do about them."
EXAMPLES = ("geniejars common-issues", "geniejars doctor")

TEXT = Path(__file__).with_name("COMMON-ISSUES.md")


def options(parser: Parser) -> None:
    """It takes nothing."""


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    page(TEXT.read_text("utf-8"), screen)
    return 0
