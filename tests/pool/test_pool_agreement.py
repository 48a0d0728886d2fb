"""A pool that is not the one its manager's config describes says in which key they differ."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from pool_surveys import AT, pool_config

from geniejars import VERSION, Config, MachineError
from geniejars.accounts import manager_group, manager_name
from geniejars.facts import pool_facts
from geniejars.pool import agreement
from geniejars.pool.agreement import check_pool
from geniejars.pool.installed import Installed


@pytest.fixture(autouse=True)
def users(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first jar's user is there."""
    monkeypatch.setattr(agreement, "_exists", "gjar001".__eq__)


def own_config(**changes: Any) -> Config:
    own = {"manager_user": manager_name(), "manager_group": manager_group()}
    return pool_config(**own, **changes)


def installed(**facts: Any) -> Installed:
    made = pool_facts(
        own_config(),
        manager=(os.getuid(), os.getgid()),
        ids=(5000, 4),
        run=AT.run,
        common_gid=None,
        unit=None,
        login_gid=os.getgid(),
    )
    return Installed(AT, made | facts)


def test_the_same_config_agrees() -> None:
    """Also one that is smaller, and one that asks for isolation in its own words."""
    check_pool(installed(), own_config())
    check_pool(installed(), own_config(pool_size=1, isolation="full"))


@pytest.mark.parametrize(
    "change, key",
    [
        pytest.param({"common_dir": Path("/srv/other")}, "commonDir", id="common"),
        pytest.param({"expose": (Path("/opt/x"),)}, "expose", id="expose"),
        pytest.param({"agent_idle_timeout": 7}, "agentIdleTimeout", id="idle"),
        pytest.param({"network": "none"}, "network", id="network"),
        pytest.param({"process_max": 99}, "processMax", id="processes"),
        pytest.param({"memory_max": 1 << 30}, "memoryMax", id="memory"),
        pytest.param({"cpu_max": 1.5}, "cpuMax", id="cpu"),
        pytest.param({"tmp_size": 1 << 30}, "tmpSize", id="tmp"),
        pytest.param({"nested": True}, "nested", id="nested"),
        pytest.param({"pool_size": 3}, "poolSize", id="larger"),
        pytest.param({"pool_padding": 1}, "poolPadding", id="padding"),
        pytest.param({"manager_group": "nobody-has-it"}, "managerGroup", id="group"),
    ],
)
def test_a_changed_key_is_named(change: dict[str, Any], key: str) -> None:
    """And what to type."""
    with pytest.raises(MachineError, match=key) as caught:
        check_pool(installed(), evolve(own_config(), **change))

    assert caught.value.help == "sudo geniejars setup"


def test_another_version_is_named() -> None:
    """Code that runs as root is not mixed with another version's."""
    with pytest.raises(MachineError, match=f"by jarbuild 0.0.1, and this is {VERSION}"):
        check_pool(installed(code="0.0.1"), own_config())


def test_another_user_hears_whose_it_is() -> None:
    """A pool has one manager."""
    with pytest.raises(MachineError, match="the pool gjar is .*'s, and this is"):
        check_pool(installed(manager={"uid": os.getuid() + 1, "gid": 0}), own_config())
