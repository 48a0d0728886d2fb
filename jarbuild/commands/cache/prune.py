"""`jarbuild cache prune`: what was not used for the longest time goes, never what is in use."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from geniejars import UsageError, load_config, parse_size
from jarbuild.arguments import Parser
from jarbuild.cache.prune import Pruned, prune
from jarbuild.cache.records import Record
from jarbuild.commands.cache.opened import add_format, look_at_store, show, store_to_tidy
from jarbuild.commands.upkeep import bound_jfiles, size_limit
from jarbuild.display.columns import table
from jarbuild.display.controls import one_line
from jarbuild.display.quantities import counted, size
from jarbuild.display.screen import Screen

SUMMARY = """\
Bring the cache to its size, the least recently used entry first. What a running
build uses stays, and what the last good builds of allocated jars are made of."""
EXAMPLES = (
    "jarbuild cache prune --max-size 5GB --dry-run",
    "jarbuild cache prune --older-than 30d",
)

NO_LIMIT = 1 << 63
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def options(parser: Parser) -> None:
    parser.add_argument(
        "--max-size", metavar="SIZE", type=_size, help="such as 5GB (default: the configured size)"
    )
    parser.add_argument(
        "--older-than",
        metavar="TIME",
        type=_age,
        help="only what was not used for so long: 12h, 30d",
    )
    parser.add_argument("--all", action="store_true", help="everything that is not in use")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")
    add_format(parser)


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    limit, since = _wanted(arguments)
    config, store = load_config(), store_to_tidy()
    names = {record.key: record for record in look_at_store().records()}
    pruned = prune(
        store,
        size_limit(config) if limit is None else limit,
        bound_jfiles(config, store),
        unused_since=since,
        is_dry=arguments.dry_run,
    )
    content = _as_object(pruned, is_dry=arguments.dry_run)
    lines = _lines(pruned, names, is_dry=arguments.dry_run)
    show(content, lambda: lines, arguments.format, screen)
    return 0


def _wanted(arguments: argparse.Namespace) -> tuple[int | None, int]:
    """A limit in bytes, None for the configured one, and the ns before which all goes."""
    if arguments.all and (arguments.max_size is not None or arguments.older_than is not None):
        raise UsageError("--all goes with neither --max-size nor --older-than")
    if arguments.all:
        return 0, 0
    if arguments.older_than is None:
        return arguments.max_size, 0
    since = int((time.time() - arguments.older_than) * 1e9)
    return NO_LIMIT if arguments.max_size is None else arguments.max_size, since


def _as_object(pruned: Pruned, *, is_dry: bool) -> dict[str, Any]:
    return {
        "dryRun": is_dry,
        "removed": list(pruned.keys),
        "files": list(pruned.files),
        "freed": pruned.freed,
        "left": pruned.left,
        "excess": pruned.excess,
    }


def _lines(pruned: Pruned, names: Mapping[str, Record], *, is_dry: bool) -> Iterator[str]:
    rows = [(key[:12], one_line(names[key].text) if key in names else "") for key in pruned.keys]
    if rows:
        yield from table(rows)
    would = "would remove" if is_dry else "removed"
    entries = counted(len(pruned.keys), "entry", "entries")
    yield f"{would} {entries} and {size(pruned.freed)}; {size(pruned.left)} left"
    if pruned.excess:
        yield f"{size(pruned.excess)} more than that is in use and stays"


def _size(word: str) -> int:
    try:
        return parse_size(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _age(word: str) -> float:
    found = re.fullmatch(r"(\d+)([smhdw])", word)
    if found is None:
        raise argparse.ArgumentTypeError(f"{word!r} is no time; a time is like 12h or 30d")
    return int(found[1]) * UNITS[found[2]]
