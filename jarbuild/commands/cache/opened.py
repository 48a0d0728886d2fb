"""The cache that a command looks at or keeps in order, and the option all of them have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from geniejars import cache_folder
from jarbuild.arguments import Parser, one_of
from jarbuild.cache.sealed import make_cache
from jarbuild.cache.store import VERSION, Store
from jarbuild.display.screen import Screen


def add_format(parser: Parser) -> None:
    parser.add_argument(
        "--format", default="text", type=one_of("text", "json"), help="text (default) or json"
    )


def look_at_store() -> Store:
    """To read only: nothing changes, nothing counts as used."""
    return Store(cache_folder() / VERSION, is_writable=False)


def store_to_tidy() -> Store:
    """To remove from. It has no lease, for what only upkeep looks at is not in use."""
    folder = cache_folder() / VERSION
    make_cache(folder)
    return Store(folder, is_writable=True)


def show(content: Any, lines: Callable[[], Iterable[str]], format: str, screen: Screen) -> None:
    """As it was asked for: the object for programs, or the lines for people."""
    screen.print([json.dumps(content, indent=2)] if format == "json" else lines())
