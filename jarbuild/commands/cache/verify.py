"""`jarbuild cache verify`: every entry read, every checksum compared."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from jarbuild.arguments import Parser
from jarbuild.cache.verify import Finding, verify
from jarbuild.commands.cache.opened import add_format, look_at_store, show, store_to_tidy
from jarbuild.display.controls import escaped
from jarbuild.display.quantities import counted
from jarbuild.display.screen import Screen

SUMMARY = """\
Read the whole cache and compare every checksum. Exit 1 where anything is wrong.
A build needs none of this: what is damaged is never used."""
EXAMPLES = ("jarbuild cache verify", "jarbuild cache verify --repair --format json")


def options(parser: Parser) -> None:
    parser.add_argument(
        "--repair", action="store_true", help="remove what is damaged, put modes right"
    )
    parser.add_argument(
        "--quick", action="store_true", help="do not read what layers hold, which is most of it"
    )
    add_format(parser)


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    """0 where all is well, 1 where something is or was wrong."""
    store = store_to_tidy() if arguments.repair else look_at_store()
    found = verify(store, contents=not arguments.quick)
    content = [{"path": finding.path, "problem": finding.problem} for finding in found]
    show(content, lambda: _lines(found, is_repaired=arguments.repair), arguments.format, screen)
    return 1 if found else 0


def _lines(found: Sequence[Finding], *, is_repaired: bool) -> list[str]:
    if not found:
        return ["the cache is sound"]
    outcome = "put right, or removed" if is_repaired else "see --repair"
    problems = counted(len(found), "problem")
    return [*(escaped(str(finding)) for finding in found), f"{problems}; {outcome}"]
