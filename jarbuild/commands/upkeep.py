"""The cache around a build: open for as long as that takes, and within its size afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from geniejars import Config, UsageError, jfiles_in, parse_size, read_state
from jarbuild.cache.store import Store
from jarbuild.display.quantities import size

SIZE_VARIABLE = "JARBUILD_CACHE_MAX_SIZE"

ROOM = 0.9
"""How much of its size a full cache is brought to, lest every build had to prune."""

Note = Callable[[str], None]


@contextmanager
def build_store(cache: Path, config: Config, note: Note) -> Iterator[Store]:
    """The store of one build; raises UsageError for a size that is none.

    Whatever becomes of the build, the cache is within its size afterwards, or `note` is told why
    it is not.
    """
    limit = size_limit(config)
    # Outermost: what a build has used is in use until its store is closed.
    with ExitStack() as afterwards, Store.open(cache, is_writable=True, largest=limit) as store:
        afterwards.callback(_keep_within, store, limit, config, note)
        yield store


def size_limit(config: Config, environ: Mapping[str, str] = os.environ) -> int:
    """How many bytes the cache may have; raises UsageError."""
    if not (text := environ.get(SIZE_VARIABLE)):
        return config.cache_max_size
    try:
        return parse_size(text)
    except ValueError as error:
        raise UsageError(f"{SIZE_VARIABLE}: {error}") from error


def jar_id(state_file: Path, name: str) -> str:
    """Tells jars of one name in different pools apart: all of a manager's have the same cache."""
    return f"{name}@{state_file}"


def bound_jfiles(config: Config, store: Store) -> dict[str, str]:
    """Each allocated jar of any pool with the real path of the JFile that is built into it.

    Raises MachineError where this pool's state cannot be read.
    """
    pool = read_state(config)["pool"]
    own = {name: entry["jfile"] for name, entry in pool.items() if entry["jfile"]}
    builds = (jar for history in store.histories() for jar in history.good)
    others = {Path(jar.partition("@")[2]) for jar in builds} - {config.state_file}
    pools = [(config.state_file, own), *((file, _jfiles_in(file)) for file in others)]
    return {jar_id(file, name): jfile for file, jars in pools for name, jfile in jars.items()}


def _jfiles_in(state_file: Path) -> Mapping[str, str]:
    """Nothing where there is no such pool any more."""
    with suppress(OSError, ValueError):
        return jfiles_in(state_file)
    return {}


def _keep_within(store: Store, limit: int, config: Config, note: Note) -> None:
    if not store.has_grown:
        return
    from jarbuild.cache.inventory import usage

    for line, count in store.too_large.values():
        note(
            f"the result of line {line} ({size(count)}) is larger than the cache may be"
            f" ({size(limit)}) and was not kept"
        )
    if usage(store.folder).total > limit:
        _prune(store, limit, bound_jfiles(config, store), note)


def _prune(store: Store, limit: int, jars: Mapping[str, str], note: Note) -> None:
    from jarbuild.cache.prune import prune

    left = prune(store, int(limit * ROOM), jars).left
    if left > limit:
        note(
            f"the cache has {size(left)} and may have {size(limit)}, but all of it is in use:"
            f" free jars, or raise cacheMaxSize or {SIZE_VARIABLE}"
        )
