"""`jarbuild cache du`: how much room the cache takes, by what it is for."""

from __future__ import annotations

import argparse
from typing import Any

from geniejars import load_config
from jarbuild.arguments import Parser
from jarbuild.cache.inventory import KINDS, Usage, usage
from jarbuild.commands.cache.opened import add_format, look_at_store, show
from jarbuild.commands.upkeep import SIZE_VARIABLE, size_limit
from jarbuild.display.columns import table
from jarbuild.display.controls import escaped
from jarbuild.display.quantities import size
from jarbuild.display.screen import Screen

SUMMARY = "Show how much room the cache takes on disk, by kind, and how much it may take."
EXAMPLES = ("jarbuild cache du", "jarbuild cache du --format json | jq .total")

PURPOSES = {
    "layers": "what RUNs wrote",
    "objects": "folders, as the trees of steps have them",
    "records": "results of steps, by key",
    "history": "what last builds were made of",
    "stamps": "files that need not be read again",
    "parses": "JFiles that need not be parsed again",
}


def options(parser: Parser) -> None:
    add_format(parser)


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    folder, limit = look_at_store().folder, size_limit(load_config())
    found = usage(folder)
    content = {
        "path": str(folder),
        "total": found.total,
        "limit": limit,
        "kinds": {
            kind: {"bytes": found.bytes[kind], "entries": found.entries[kind]} for kind in KINDS
        },
    }
    show(content, lambda: _lines(content, found), arguments.format, screen)
    return 0


def _lines(content: dict[str, Any], found: Usage) -> list[str]:
    rows = [
        (kind, str(found.entries[kind]), size(found.bytes[kind]), PURPOSES[kind]) for kind in KINDS
    ]
    return [
        escaped(content["path"]),
        *table([("KIND", "ENTRIES", "SIZE", "WHAT IT IS"), *rows]),
        "",
        f"{size(found.total)} of {size(content['limit'])} (cacheMaxSize, or {SIZE_VARIABLE})",
    ]
