"""Pruning: the cap is real, the least recently used goes first, what is in use stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from caches import Made, files, make, step

from geniejars import EMPTY_TREE
from jarbuild.cache.inventory import usage
from jarbuild.cache.prune import Pruned, prune
from jarbuild.cache.store import Store

COMMANDS = ("one", "two", "three")
SIZE = 20_000
JFILE = "/project/JFile"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache of three entries, used in this order, by builds that are over."""
    with Store.open(tmp_path / "cache", is_writable=True) as store:
        for age, command in enumerate(COMMANDS, 1):
            made = make(store, command, size=SIZE)
            for path in entry_files(store, made):
                os.utime(path, (age, age))
    return tmp_path / "cache"


def entry_files(store: Store, made: Made) -> Iterator[Path]:
    yield from files(store, "records")
    yield from files(store, "layers")
    yield from files(store, "objects")


@contextmanager
def opened(cache: Path) -> Iterator[Store]:
    """Without a build's lease."""
    yield Store(cache / "v1", True)


def age(cache: Path) -> None:
    """Everything as if it was used long ago, in order of making."""
    store = Store(cache / "v1", True)
    for number, command in enumerate(COMMANDS, 1):
        for record in store.records():
            if record.preimage == step(command).preimage:
                os.utime(store.folder / "records" / record.key, (number, number))
    for path in (*files(store, "layers"), *files(store, "objects")):
        os.utime(path, (1, 1))


def kept(cache: Path) -> list[str]:
    """Commands whose results are there and whole."""
    store = Store(cache / "v1", False)
    return [c for c in COMMANDS if store.lookup(step(c), EMPTY_TREE)]


def pruned(cache: Path, limit: int, **options: object) -> Pruned:
    age(cache)
    with opened(cache) as store:
        return prune(store, limit, options.pop("jars", {}), **options)  # type: ignore[arg-type]


def size(cache: Path) -> int:
    return usage(cache / "v1").total


def test_the_least_recently_used_goes_first(cache: Path) -> None:
    """One entry too much: one goes, with its layer and its folders."""
    before = size(cache)
    result = pruned(cache, before - 1)

    assert kept(cache) == ["two", "three"]
    assert result.removed == 1 and result.excess == 0
    assert result.left == size(cache) == before - result.freed < before


def test_the_cap_is_real(cache: Path) -> None:
    """Nothing that is not in use survives a cap of nothing."""
    result = pruned(cache, 0)

    assert size(cache) == result.left == 0
    assert kept(cache) == []


def test_below_the_cap_nothing_goes(cache: Path) -> None:
    """But what no entry leads to any more."""
    (cache / "v1/layers" / "orphan.tar").write_bytes(b"x" * 5000)
    os.utime(cache / "v1/layers/orphan.tar", (1, 1))
    result = pruned(cache, 10**9)

    assert kept(cache) == list(COMMANDS)
    assert result.removed == 0 and result.freed > 0


def test_a_dry_run_changes_nothing_and_says_the_same(cache: Path) -> None:
    """The same bytes, the same entries."""
    age(cache)
    with opened(cache) as store:
        dry = prune(store, 0, {}, is_dry=True)
        still = kept(cache)
        age(cache)
        wet = prune(store, 0, {})

    assert still == list(COMMANDS)
    assert dry == wet


def test_what_a_running_build_used_stays(cache: Path) -> None:
    """Used since it began, by it or by another one."""
    age(cache)
    with Store.open(cache, is_writable=True) as build:
        build.lookup(step("two"), EMPTY_TREE)
        with opened(cache) as store:
            result = prune(store, 0, {})

    assert kept(cache) == ["two"]
    assert result.excess > 0


def test_what_a_running_build_made_stays(cache: Path) -> None:
    """Folders and layers whose record is still to be written, too."""
    age(cache)
    with Store.open(cache, is_writable=True) as build:
        build.keep_folders({"0" * 64: b"x"})
        with build.new_layer() as draft, opened(cache) as store:
            os.write(draft.fd, b"half")
            prune(store, 0, {})
            layer = draft.publish([])
        build.layer(layer)

    assert (cache / "v1/objects/00" / ("0" * 62)).exists()


def test_a_dead_build_holds_nothing(cache: Path) -> None:
    """Its lock went with it."""
    (cache / "v1/leases/dead").touch()
    pruned(cache, 0)

    assert kept(cache) == []
    assert list((cache / "v1/leases").iterdir()) == []


def test_the_last_good_build_of_an_allocated_jar_stays(cache: Path) -> None:
    """Until the jar is freed, or another JFile is built into it."""
    with Store.open(cache, is_writable=True) as store:
        store.lookup(step("one"), EMPTY_TREE)
        store.remember(JFILE, [(step("one"), "")], "jar001")
        store.lookup(step("two"), EMPTY_TREE)
        store.remember(JFILE, [(step("two"), "")])
    result = pruned(cache, 0, jars={"jar001": JFILE, "jar002": JFILE})
    in_use = kept(cache)
    pruned(cache, 0, jars={"jar001": "/another/JFile"})

    assert in_use == ["one"]
    assert result.excess == result.left > 0
    assert kept(cache) == []


def test_two_entries_with_one_layer(cache: Path) -> None:
    """The layer goes with the last of them."""
    with Store.open(cache, is_writable=True) as store:
        result = store.lookup(step("one"), EMPTY_TREE)
        assert result is not None
        store.record(step("again"), EMPTY_TREE, result, 1.0)
    pruned(cache, size(cache) - 1)
    with opened(cache) as store:
        found = store.lookup(step("again"), EMPTY_TREE)

    assert "one" not in kept(cache)
    assert found is not None and found.layer is not None
    assert store.layer(found.layer).at(b"out/one") is not None


def test_builds_and_prunes_at_once(tmp_path: Path) -> None:
    """Whatever a build has made or looked up stays there for it, however often somebody prunes."""
    cache, is_over = tmp_path / "cache", threading.Event()

    def build(number: int) -> bool:
        with Store.open(cache, is_writable=True) as store:
            made = [make(store, f"{number} {n % 5}") for n in range(15)]
            found = [store.lookup(one.step, EMPTY_TREE) for one in made]
            layers = [store.layer(one.result.layer or "").at(b"out/one") for one in made]
        return found == [one.result for one in made] and None not in layers

    def housekeeping() -> None:
        while not is_over.is_set():
            prune(Store(cache / "v1", True), 0, {})

    Store(cache / "v1", True).folder.mkdir(parents=True)
    keeper = threading.Thread(target=housekeeping)
    keeper.start()
    with ThreadPoolExecutor() as pool:
        built = list(pool.map(build, [1, 2, 2, 3]))
    is_over.set()
    keeper.join()

    assert built == [True] * 4
