"""Keeping the cache within its size: what was not used for the longest time goes first.

Never what a running build has used, nor what the last good build of an allocated jar is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, frozen

from geniejars import Digest
from jarbuild.cache.inventory import StoredFile
from jarbuild.cache.leases import oldest_lease, pruning
from jarbuild.cache.stock import Entry, Stock, take_stock
from jarbuild.cache.store import Store


@frozen
class Pruned:
    """What a prune came to: bytes, and the entries and files that went.

    `excess` is what is over the limit because all of it is in use.
    """

    freed: int
    left: int
    excess: int
    keys: tuple[Digest, ...]
    files: tuple[str, ...]  # below the store's folder, sorted

    @property
    def removed(self) -> int:
        return len(self.keys)


def prune(
    store: Store,
    limit: int,
    jars: Mapping[str, str],
    *,
    unused_since: int = 0,
    is_dry: bool = False,
) -> Pruned:
    """Bring the cache to at most `limit` bytes; what was last used before `unused_since`, in ns,
    goes in any case.

    `jars` are those that are allocated, each with the real path of the JFile that is built into
    it. With `is_dry` nothing is removed.
    """
    with pruning(store.folder):
        stock = take_stock(store.folder, jars, oldest_lease(store.folder))
        choice = _choose(stock, limit, unused_since)
        if not is_dry:
            for file in choice.files:
                file.path.unlink(missing_ok=True)
    left = stock.size - choice.freed
    names = sorted(str(file.path.relative_to(store.folder)) for file in choice.files)
    return Pruned(choice.freed, left, max(0, left - limit), choice.keys, tuple(names))


@define
class _Choice:
    """What is to go, growing."""

    keys: tuple[Digest, ...] = ()
    files: tuple[StoredFile, ...] = ()
    freed: int = 0

    def add(self, files: tuple[StoredFile, ...]) -> None:
        self.files += files
        self.freed += sum(file.size for file in files)


def _choose(stock: Stock, limit: int, unused_since: int) -> _Choice:
    """Garbage first, then entries from the old end, at last what is kept of JFiles."""
    choice = _Choice()
    choice.add(stock.garbage)
    for memory in stock.memories:
        if memory.is_lost and not memory.is_in_use:
            choice.add(memory.files)
    for entry in _free(stock):
        if entry.used >= unused_since and stock.size - choice.freed <= limit:
            break
        choice.add(entry.files)
        choice.keys += (entry.record.key,)
    for memory in reversed(stock.memories):
        is_here = not (memory.is_lost or memory.is_in_use)
        if is_here and stock.size - choice.freed > limit:
            choice.add(memory.files)
    return choice


def _free(stock: Stock) -> Iterator[Entry]:
    """Those that are not in use, what was not used for the longest time first."""
    return (entry for entry in reversed(stock.entries) if not entry.is_in_use)
