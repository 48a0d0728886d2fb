"""The cap that holds after each build."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from attrs import evolve
from caches import files, make, step

from geniejars import EMPTY_TREE, Config, allocate, load_config
from jarbuild.cache.inventory import usage
from jarbuild.cache.store import Store
from jarbuild.commands.upkeep import build_store, jar_id

SIZE = 20_000
LAYER, ENTRY = 125_000, 145_000
"""About what each of them takes on disk."""


@pytest.fixture
def config(own_cache: Path) -> Config:
    """A cache that has room for two of the entries made here, not for three."""
    return evolve(load_config(), cache_max_size=5 * ENTRY // 2)


def build(cache: Path, config: Config, *commands: str, jfile: str = "") -> list[str]:
    """A build whose RUNs are these; what it was told comes back."""
    told: list[str] = []
    with build_store(cache, config, told.append) as store:
        made = [make(store, command, size=SIZE) for command in commands]
        if jfile:
            for one in made:
                store.lookup(one.step, EMPTY_TREE)
            store.remember(
                jfile, [(one.step, "") for one in made[-1:]], jar_id(config.state_file, "jar001")
            )
    for path in files(store, ""):  # the next build comes long after
        os.utime(path, ns=(path.stat().st_mtime_ns - 10**12,) * 2)
    return told


def kept(cache: Path) -> set[str]:
    return {record.text for record in Store(cache / "v1", False).records()}


def test_a_build_leaves_the_cache_within_its_size(own_cache: Path, config: Config) -> None:
    """The least recently used entry makes room; nobody is bothered with it."""
    told = [build(own_cache, config, command) for command in ("aaa", "bbb", "ccc")]

    assert told == [[], [], []]
    assert kept(own_cache) == {"RUN bbb", "RUN ccc"}
    assert usage(own_cache / "v1").total <= config.cache_max_size


def test_a_failed_build_too(own_cache: Path, config: Config) -> None:
    """What its finished steps have left counts."""
    for command in ("aaa", "bbb"):
        build(own_cache, config, command)
    with pytest.raises(ZeroDivisionError), build_store(own_cache, config, print) as store:
        make(store, "ccc", size=SIZE)
        raise ZeroDivisionError

    assert kept(own_cache) == {"RUN bbb", "RUN ccc"}


def test_a_build_that_made_nothing_does_not_look(
    own_cache: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A no-op build pays nothing for the size of the cache."""
    build(own_cache, config, "aaa")
    monkeypatch.delattr("jarbuild.cache.inventory.usage")
    with build_store(own_cache, config, print) as store:
        found = store.lookup(step("aaa"), EMPTY_TREE)

    assert found is not None


def test_a_cache_that_is_all_in_use(own_cache: Path, config: Config, tmp_path: Path) -> None:
    """The last good build of an allocated jar stays, and the build says what to do."""
    jfile = tmp_path / "JFile"
    jfile.touch()
    allocate(config, jfile=jfile)
    small = evolve(config, cache_max_size=(LAYER + ENTRY) // 2)
    (told,) = build(own_cache, small, "aaa", jfile=str(jfile))

    assert "all of it is in use" in told and "JARBUILD_CACHE_MAX_SIZE" in told
    assert kept(own_cache) == {"RUN aaa"}


def test_a_result_that_is_larger_than_the_cache_may_be(own_cache: Path, config: Config) -> None:
    """It is not kept, and the build says so."""
    (told,) = build(own_cache, evolve(config, cache_max_size=LAYER // 2), "aaa")

    assert told.startswith("the result of line 1 (12")
    assert told.endswith("is larger than the cache may be (62 kB) and was not kept")
    assert kept(own_cache) == set()
    assert usage(own_cache / "v1").total == 0
