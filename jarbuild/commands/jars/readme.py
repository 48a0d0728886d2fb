"""`geniejars readme`: the README that was installed with the program."""

from __future__ import annotations

import argparse
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen, page

SUMMARY = "Show the README."
EXAMPLES = ("geniejars readme", "PAGER=cat geniejars readme")


def options(parser: Parser) -> None:
    """It takes nothing."""


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    page(_text(), screen)
    return 0


def _text() -> str:
    """A package's long description is its README; a checkout has the file itself."""
    checkout = Path(__file__).parents[3] / "README.md"
    try:
        return metadata("jarbuild").get_payload()  # type: ignore[no-any-return, attr-defined]
    except PackageNotFoundError:
        return checkout.read_text("utf-8")
