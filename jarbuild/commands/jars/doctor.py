"""`geniejars doctor`: what isolates jars on this machine, and what a better situation would add."""

from __future__ import annotations

import argparse
import json
from typing import Any

from geniejars import VERSION, Config, Situation, find_situation
from jarbuild.arguments import Parser
from jarbuild.commands.jars.opened import open_pool
from jarbuild.display.screen import Screen

SUMMARY = "Say how jars are isolated on this machine, found by trying, and what is missing."
EXAMPLES = ("geniejars doctor", "geniejars doctor --json")


def options(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = open_pool(screen)
    found = find_situation(config)
    if arguments.json:
        screen.print([json.dumps(_as_object(config, found), indent=2)])
    else:
        screen.print(_lines(config, found, screen))
    return 0


def _as_object(config: Config, found: Situation) -> dict[str, Any]:
    return {
        "version": VERSION,
        "isolation": found.name,
        "lost": list(found.lost),
        "network": config.network,
        "allowHosts": list(config.allow_hosts),
        "config": str(config.source) if config.source else None,
        "state": str(config.state_dir),
    }


def _lines(config: Config, found: Situation, screen: Screen) -> list[str]:
    palette = screen.palette
    label = palette.good(found.name) if not found.lost else palette.warning(found.name)
    return [
        f"isolation: {label}",
        *(f"  missing: {sentence}" for sentence in found.lost),
        f"network:   {config.network}",
        *(f"  allowed: {host}" for host in config.allow_hosts),
        f"config:    {config.source or '(none: the embedded default)'}",
        f"state:     {config.state_dir}",
        f"version:   {VERSION}",
    ]
