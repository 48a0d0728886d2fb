"""Bounds by control groups: what is written, and what is said where they do not hold."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_isolation import facts, only
from zygote_harness import ROOT_FULL, lodge, wait_until

from genieagent import cgroups
from genieagent.blueprint import draw, make_jar
from genieagent.cgroups import Cgroups
from genieagent.conditions import Conditions
from genieagent.host import Host
from genieagent.isolation import Identity, JoinGroup, Unshare
from genieagent.view import Places

UNIFIED = "29 23 0:26 {root} {point} rw,relatime shared:9 - cgroup2 cgroup2 rw\n"
VERSION_1 = "30 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"


@pytest.mark.parametrize(
    "mounts, membership, own",
    [
        pytest.param(
            UNIFIED.format(root="/", point="/sys/fs/cgroup"), "0::/user.slice/x.scope\n",
            "/sys/fs/cgroup/user.slice/x.scope", id="version-2",
        ),
        pytest.param(
            VERSION_1 + UNIFIED.format(root="/", point="/sys/fs/cgroup/unified"),
            "4:memory:/a\n0::/\n", "/sys/fs/cgroup/unified", id="both-versions",
        ),
        pytest.param(
            UNIFIED.format(root="/docker/1", point="/sys/fs/cgroup"), "0::/docker/1/app\n",
            "/sys/fs/cgroup/app", id="a-container's-mount",
        ),
        pytest.param(VERSION_1, "4:memory:/a\n", None, id="version-1"),
    ],
)  # fmt: skip
def test_our_own_group_is_found(mounts: str, membership: str, own: str | None) -> None:
    """Where version 2 is mounted, and which part of it."""
    assert cgroups.own_group(mounts, membership) == (None if own is None else Path(own))


BOUNDED = {"memory_max": 1 << 30, "cpu_max": 1.5, "process_limit": 300}
ALL = frozenset({"memory", "cpu", "pids"})


@pytest.mark.parametrize(
    "changes, controllers, written",
    [
        (
            BOUNDED,
            ALL,
            {
                "memory.max": str(1 << 30),
                "memory.swap.max": "0",
                "cpu.max": "150000 100000",
                "pids.max": "300",
            },
        ),
        (BOUNDED, frozenset({"pids"}), {"pids.max": "300"}),
        ({"cpu_max": 0.5}, frozenset({"cpu", "memory"}), {"cpu.max": "50000 100000"}),
        (BOUNDED, frozenset(), {}),
    ],
)
def test_bounds_are_written_as_the_kernel_reads_them(
    changes: dict[str, Any], controllers: frozenset[str], written: dict[str, str]
) -> None:
    """Only what was asked for, and only where its controller works."""
    assert cgroups.bounds(facts(**changes), controllers) == written


@pytest.mark.parametrize(
    "changes, found, named",
    [
        (BOUNDED, None, ["memoryMax", "cpuMax"]),
        (BOUNDED, Cgroups("/base", frozenset({"cpu"})), ["memoryMax"]),
        (BOUNDED, Cgroups("/base", ALL), []),
        ({}, None, []),
    ],
)
def test_a_bound_that_does_not_hold_is_named(
    changes: dict[str, Any], found: Cgroups | None, named: list[str]
) -> None:
    """In a sentence of its own, with the way out; what was not asked for is not missed."""
    said = list(cgroups.unbounded(facts(**changes), found))

    assert [word for word in ("memoryMax", "cpuMax") if any(word in s for s in said)] == named
    assert all("Delegate=yes" in sentence for sentence in said)


@pytest.mark.parametrize("situation", ["full", "single", "no-namespaces", "weak"])
def test_a_jar_joins_its_group_first(situation: Any) -> None:
    """Before its view of groups becomes its own, and before it could start anything."""
    conditions = Conditions(facts(), situation, 7, 1234, 1235)
    conditions = replace(conditions, cgroups=Cgroups("/base", ALL))
    jar = make_jar(conditions, "j", 3, "live")
    places = Places("/state/jars/j", "/state/jars/j/home", Identity(8, 1), Identity(8, 2))
    maker = draw(conditions, Host(), places, jar, 3).maker

    assert maker.operations[0] == only(maker, JoinGroup) == JoinGroup("/base/j-live")
    assert situation not in ("full", "single") or only(maker, Unshare)


def can_have_groups() -> bool:
    mounts, membership = Path("/proc/self/mountinfo"), Path("/proc/self/cgroup")
    own = cgroups.own_group(mounts.read_text(), membership.read_text())
    return os.getuid() == 0 and own is not None and cgroups._is_delegated(own)


@pytest.mark.skipif(not can_have_groups(), reason="no control group is ours here")
def test_a_jars_group_ends_with_it() -> None:
    """Everything of a jar is in its group, which goes with the jar."""
    with lodge(ROOT_FULL, memory_max=1 << 30) as lodging:
        pid = lodging.start("tester")
        group = next(iter(group_of(pid)))
        before = [int(word) for word in (group / "cgroup.procs").read_text().split()]
        lodging.ask("end", jar="tester", role=None)
        wait_until(lambda: not group.exists())
    group.parent.rmdir()  # the next zygote would do it: this one was killed

    assert before == [pid]
    assert group.name == "tester-live"


def group_of(pid: int) -> list[Path]:
    mounts = Path("/proc/self/mountinfo").read_text()
    own = cgroups.own_group(mounts, Path(f"/proc/{pid}/cgroup").read_text())
    return [] if own is None else [own]
