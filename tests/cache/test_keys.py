"""Keys: pure, canonical, and another one for each thing that counts."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from geniejars import EMPTY_TREE, JAR_VIEW, CacheFolder
from jarbuild.cache.keys import (
    RunInputs,
    World,
    canonical,
    copy_preimage,
    import_fingerprint,
    key,
    run_preimage,
    workdir_preimage,
)

WORLD = World("debian 12 x86_64", JAR_VIEW)
RUN = RunInputs(
    argv=("sh", "-c", "make"),
    env={"A": "1", "PATH": "/bin"},
    args={"V": "1"},
    workdir=b"app",
    mounts=(CacheFolder("c", b"app/c"),),
    depends={"/opt/x": "d1"},
    imports={"API_KEY": "h1"},
    allocation="first",
    tools=(("make", "/usr/bin/make", "t1"),),
)
SOURCE = EMPTY_TREE.digest


def test_keys_are_stable() -> None:
    """A change of these values is a change of the schema: every cache starts empty."""
    assert {
        "workdir": key(workdir_preimage(WORLD, b"app"), SOURCE)[:16],
        "copy": key(copy_preimage(WORLD, "0" * 64), SOURCE)[:16],
        "run": key(run_preimage(WORLD, RUN), SOURCE)[:16],
    } == {
        "workdir": "2a506d67dd07711a",
        "copy": "cf7148d793e889d5",
        "run": "a4fedfc05afa2450",
    }


CHANGES: list[dict[str, Any]] = [
    {"argv": ("make",)},
    {"argv": ("sh", "-c", "make ")},
    {"argv": ("sh", "-e", "-c", "make")},
    {"env": {"A": "2", "PATH": "/bin"}},
    {"env": {"PATH": "/bin"}},
    {"args": {}},
    {"workdir": b"lib"},
    {"workdir": b"app\xff"},
    {"mounts": ()},
    {"mounts": (CacheFolder("d", b"app/c"),)},
    {"depends": {"/opt/x": "d2"}},
    {"imports": {"API_KEY": "h2"}},
    {"imports": {"OTHER": "h1"}},
    {"allocation": "second"},
    {"allocation": None},
    {"tools": (("make", "/usr/bin/make", "t2"),)},
    {"tools": ()},
]


def test_every_input_of_a_run_counts() -> None:
    """No two of these share a key."""
    inputs = [RUN, *(evolve(RUN, **change) for change in CHANGES)]
    keys = {key(run_preimage(WORLD, one), SOURCE) for one in inputs}

    assert len(keys) == len(inputs)


@pytest.mark.parametrize(
    "change",
    [
        {"host": "debian 13 x86_64"},
        *({"view": evolve(JAR_VIEW, **one)} for one in ({"home": "/h"}, {"user": "u"})),
        *({"view": evolve(JAR_VIEW, **one)} for one in ({"uid": 1}, {"host": "h"})),
    ],
    ids=["host", "home", "user", "uid", "host-name"],
)
def test_the_world_counts_for_every_kind(change: dict[str, Any]) -> None:
    """Where a step runs is part of what it makes."""
    other = evolve(WORLD, **change)

    assert workdir_preimage(WORLD, b"a") != workdir_preimage(other, b"a")
    assert copy_preimage(WORLD, "d") != copy_preimage(other, "d")
    assert run_preimage(WORLD, RUN) != run_preimage(other, RUN)


def test_the_tree_counts() -> None:
    """The same step from another tree has another key."""
    preimage = copy_preimage(WORLD, "d")

    assert key(preimage, "a" * 64) != key(preimage, "b" * 64)


def test_a_run_without_imports_is_tied_to_no_jar() -> None:
    """The allocation counts for secrets alone."""
    free = evolve(RUN, imports={})

    assert run_preimage(WORLD, free) == run_preimage(WORLD, evolve(free, allocation="second"))


def test_order_of_tools_and_variables_does_not_count() -> None:
    """Canonical: equal values, equal bytes."""
    tools = (("a", "/a", "1"), ("b", "/b", "2"))
    one = evolve(RUN, tools=tools, env={"A": "1", "B": "2"})
    other = evolve(RUN, tools=tools[::-1], env={"B": "2", "A": "1"})

    assert canonical(run_preimage(WORLD, one)) == canonical(run_preimage(WORLD, other))


def test_fingerprints_of_imports() -> None:
    """They tell name, value and cache apart; undecodable values are values too."""
    prints = {
        import_fingerprint(secret, name, value)
        for secret in (b"1", b"2")
        for name in ("A", "B")
        for value in ("x", "y", "\udcff")
    }

    assert len(prints) == 12


def test_canonical_json_is_ascii() -> None:
    """Whatever is in a command: it can be written, and read again."""
    assert canonical({"b": "\udcff é", "a": 1}) == b'{"a":1,"b":"\\udcff \\u00e9"}'
