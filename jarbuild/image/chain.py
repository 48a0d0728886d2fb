"""The steps that an image is made of, from the results that the cache holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from geniejars import EMPTY_TREE, Digest, MachineError, Tree
from jarbuild.cache.history import History, Past
from jarbuild.cache.keys import key
from jarbuild.cache.records import Record
from jarbuild.cache.store import Store


@frozen
class Chain:
    """Records in the order of their steps; `base` is the tree that the first one starts from.

    `jfile` is whose build it is, where that is known.
    """

    records: tuple[Record, ...]
    base: Tree = EMPTY_TREE
    jfile: str | None = None


def chain_of_jar(store: Store, jfile: str, jar: str) -> Chain:
    """The last good build of a JFile in a jar; raises MachineError where it is not all there."""
    history = store.history(jfile)
    if jar not in history.good:
        raise MachineError(
            f"the cache knows of no build in {jar.partition('@')[0]}"
            + (f" of {jfile}, which was built into it last" if jfile else ""),
            help="build it first",
        )
    return Chain(tuple(_records(store, history.good[jar])), jfile=history.jfile)


def chain_to(store: Store, last: Record) -> Chain:
    """The steps of a build up to this one; alone on top of what it started from where no last
    build has it. Raises MachineError where not all of that is there."""
    for history in store.histories():
        for keys in _builds(history):
            if last.key in keys:
                before = keys[: keys.index(last.key) + 1]
                return Chain(tuple(_records(store, before)), jfile=history.jfile)
    return Chain((last,), store.tree(last.source))


def _builds(history: History) -> Iterator[Sequence[Digest]]:
    yield from (history.good[jar] for jar in sorted(history.good))
    yield [found for past in history.latest if (found := _key(past))]


def _key(past: Past) -> Digest | None:
    return key(past.preimage, past.source) if past.source else None


def _records(store: Store, keys: Sequence[Digest]) -> Iterator[Record]:
    for number, wanted in enumerate(keys, 1):
        record = store.find(wanted)
        if record is None or store.output(record) is None:
            raise MachineError(
                f"the cache does not hold the result of step {number}",
                help="build again first; a result larger than the cache may be is never kept",
            )
        yield record
