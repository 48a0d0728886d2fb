"""The entries of a cache, and the one that a shortened key means."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from attrs import frozen

from geniejars import UsageError
from jarbuild.cache.records import Record
from jarbuild.cache.store import Store
from jarbuild.display.controls import one_line

MOST_CANDIDATES = 8
SHOWN_DIGITS = 12


@frozen
class Listed:
    """A record, and when it was last used, in seconds since the epoch."""

    record: Record
    used: float


def list_entries(store: Store) -> list[Listed]:
    """All that can be read, what was used last first; by key where that is the same moment."""
    found = []
    for record in store.records():
        with suppress(FileNotFoundError):  # somebody has just pruned it
            found.append(Listed(record, store.used(record.key)))
    return sorted(found, key=lambda entry: (-entry.used, entry.record.key))


def entry_named(store: Store, prefix: str) -> Listed:
    """The only entry whose key begins so; raises UsageError for none and for several."""
    wanted = prefix.lower()
    found = [e for e in list_entries(store) if wanted and e.record.key.startswith(wanted)]
    if not found:
        raise UsageError(f"no entry's key begins with {prefix!r}", help="see jarbuild cache ls")
    if len(found) > 1:
        raise UsageError(f"{prefix!r} could be any of {len(found)} keys", help=_candidates(found))
    return found[0]


def _candidates(found: Sequence[Listed]) -> str:
    shown = sorted(found, key=lambda entry: entry.record.key)[:MOST_CANDIDATES]
    names = [f"{e.record.key[:SHOWN_DIGITS]} ({one_line(e.record.text)})" for e in shown]
    more = len(found) - len(shown)
    return "it could be " + ", ".join(names) + (f" and {more} more" if more else "")
