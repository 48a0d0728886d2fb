"""`jarbuild cache ls`: the results of steps that the cache holds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from jarbuild.arguments import Parser
from jarbuild.cache.records import Record
from jarbuild.commands.cache.entries import Listed, list_entries
from jarbuild.commands.cache.moments import ago, timestamp
from jarbuild.commands.cache.opened import add_format, look_at_store, show
from jarbuild.display.columns import table
from jarbuild.display.controls import one_line
from jarbuild.display.quantities import counted, seconds, size
from jarbuild.display.screen import Screen

SUMMARY = "List the entries, each the result of one step, what was used last first."
EXAMPLES = ("jarbuild cache ls", "jarbuild cache ls --format json | jq '.[].key'")

KEY_LENGTH = 12
HEADER = ("KEY", "USED", "TOOK", "LAYER", "STEP")


def options(parser: Parser) -> None:
    add_format(parser)


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    found = list_entries(look_at_store())
    content = [_as_object(entry) for entry in found]
    show(content, lambda: _lines(found, screen.width), arguments.format, screen)
    return 0


def _lines(found: Sequence[Listed], width: int | None) -> list[str]:
    rows = [_row(entry) for entry in found]
    layers = {e.record.layer: e.record.layer_size for e in found if e.record.layer}
    total = f"{counted(len(found), 'entry', 'entries')}, {size(sum(layers.values()))} in layers"
    return [*(table([HEADER, *rows], width) if rows else ()), total]


def _row(entry: Listed) -> tuple[str, ...]:
    record = entry.record
    return (
        record.key[:KEY_LENGTH],
        ago(entry.used),
        seconds(record.seconds),
        size(record.layer_size) if record.layer else "-",
        one_line(record.text),
    )


def _as_object(entry: Listed) -> dict[str, Any]:
    return {**record_object(entry.record), "used": timestamp(entry.used)}


def record_object(record: Record) -> dict[str, Any]:
    """What JSON says of an entry, in `show` too."""
    return {
        "key": record.key,
        "kind": record.preimage["kind"],
        "text": record.text,
        "file": record.file,
        "line": record.line,
        "created": timestamp(record.created),
        "seconds": record.seconds,
        "layer": record.layer,
        "layerSize": record.layer_size,
    }
