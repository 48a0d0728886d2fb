"""What setup decides to do, and what it refuses, on machines that do not exist."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pool_surveys import AT, FIRST, FOUND, pool_config, survey

from geniejars import UsageError
from geniejars.ids import Census
from geniejars.pool.places import Places
from geniejars.pool.record import Record
from geniejars.pool.setup import plan_setup
from geniejars.pool.steps import (
    AddMember,
    EndZygote,
    MakeFolder,
    MakeGroup,
    MakeHome,
    MakeUser,
    NoteIds,
    RemoveTree,
    RemoveUser,
    WriteFile,
)
from geniejars.pool.survey import Interpreter
from geniejars.pool.trust import Found

MANAGERS = Found(1000, 1000, 0o40755)
MADE = Record(users=("gjar001", "gjar002", "gjar003"), jars=("gjar001", "gjar002", "gjar003"))


def of(kind: type[Any], steps: tuple[Any, ...]) -> list[Any]:
    return [step for step in steps if isinstance(step, kind)]


def texts(steps: tuple[Any, ...]) -> dict[str, str]:
    return {step.path.name: step.text for step in of(WriteFile, steps)}


def test_each_jar_is_a_user_with_a_home() -> None:
    """User and group have one number, and the agent's is the next, which nobody else gets."""
    steps = plan_setup(pool_config(), survey(), AT)

    assert [(s.name, s.uid) for s in of(MakeUser, steps)] == [
        ("gjarcommon", FIRST + 1001),
        ("gjar001", FIRST),
        ("gjar002", FIRST + 2),
    ]
    assert [(s.name, s.gid) for s in of(MakeGroup, steps)] == [
        ("gjar-mgr", FIRST + 1000),
        ("gjarcommon", FIRST + 1001),
        ("gjar001", FIRST),
        ("gjar002", FIRST + 2),
    ]
    assert [(s.name, s.workload, s.agent) for s in of(MakeHome, steps)] == [
        ("gjar001", FIRST, FIRST + 1),
        ("gjar002", FIRST + 2, FIRST + 3),
    ]


def test_what_is_made_is_noted_first() -> None:
    """A setup that is cut off after its first steps can be undone."""
    steps = plan_setup(pool_config(), survey(), AT)
    noted = [i for i, s in enumerate(steps) if isinstance(s, NoteIds) or "made.json" in str(s)]
    made = [i for i, s in enumerate(steps) if isinstance(s, MakeGroup | MakeUser | MakeHome)]

    assert max(noted) < min(made)
    assert json.loads(texts(steps)["made.json"])["users"] == ["gjarcommon", "gjar001", "gjar002"]


def test_the_rule_is_for_one_program_without_arguments() -> None:
    """No wildcard, no variables, no arguments."""
    rule = texts(plan_setup(pool_config(), survey(), AT))["jarbuild-gjar"]

    assert rule.splitlines()[-1] == (
        '#1000 ALL=(root) NOPASSWD:NOSETENV: /usr/local/lib/jarbuild/gjar/zygote ""'
    )


def test_roots_own_pool_has_no_rule() -> None:
    """Root starts its program itself."""
    steps = plan_setup(pool_config(manager_user="root", manager_group="root"), survey(), AT)

    assert "jarbuild-gjar" not in texts(steps)


@pytest.mark.parametrize("has_systemd", [False, True])
def test_there_is_a_unit_where_systemd_runs(has_systemd: bool) -> None:
    """The facts name it, so that the program starts it."""
    written = texts(plan_setup(pool_config(), survey(has_systemd=has_systemd), AT))

    assert ("jarbuild-gjar.service" in written) is has_systemd
    assert (json.loads(written["facts.json"])["unit"] is not None) is has_systemd


def test_a_manager_who_is_the_common_user_shares_with_all() -> None:
    """No group, and a folder that everybody may read."""
    steps = plan_setup(pool_config(common_user="ann"), survey(), AT)
    (folder,) = (s for s in of(MakeFolder, steps) if s.path.name == "common")

    assert (folder.mode, folder.user) == (0o2755, "ann")
    assert json.loads(texts(steps)["facts.json"])["common_gid"] is None


def test_the_managers_own_group_needs_nothing() -> None:
    """It is there, and the manager in it."""
    steps = plan_setup(pool_config(manager_group="ann"), survey(), AT)

    assert of(AddMember, steps) == []
    assert json.loads(texts(steps)["facts.json"])["manager"] == {"uid": 1000, "gid": 1000}


def test_folders_below_a_managers_folder_are_left_to_the_manager() -> None:
    """Root makes nothing where the manager can put a symlink."""
    steps = plan_setup(pool_config(), survey(), AT)

    assert not [s for s in of(MakeFolder, steps) if "/home" in str(s.path)]


def test_a_state_folder_of_roots_is_made_for_the_manager() -> None:
    """What only root can make is made, closed to others."""
    config = pool_config(state_file=Path("/var/lib/x/state/state.json"))
    steps = plan_setup(config, survey(), AT)
    (state,) = (s for s in of(MakeFolder, steps) if s.path == config.state_dir)

    assert (state.mode, state.user) == (0o700, "ann")


def grown(**changes: Any) -> Any:
    """A machine with a pool of three, of which two stay."""
    users = {**survey().users}
    for number in range(3):
        users[f"gjar00{number + 1}"] = type(users["ann"])(
            FIRST + 2 * number, FIRST + 2 * number, Path("/nowhere")
        )
    found = {**FOUND, AT.folder: FOUND[Path("/")]}
    census = Census((range(65_536),), (), range(FIRST, FIRST + 1002))
    return survey(found, users=users, record=MADE, census=census, **changes)


def test_a_pool_that_shrinks_loses_its_last_users() -> None:
    """With their homes; the others stay as they are."""
    steps = plan_setup(pool_config(), grown(), AT)

    assert [s.name for s in of(RemoveUser, steps)] == ["gjar003"]
    assert not {"gjar001", "gjar002"} & {s.name for s in of(MakeUser, steps)}
    assert json.loads(texts(steps)["made.json"])["jars"] == ["gjar001", "gjar002"]


def test_homes_are_removed_only_where_they_are() -> None:
    """A home that nobody used is no step."""
    assert of(RemoveTree, plan_setup(pool_config(), grown(), AT)) == []


def test_an_idle_zygote_is_ended_before_anything_else() -> None:
    """It would make jars from facts that hold no more."""
    steps = plan_setup(pool_config(), survey(agents=0), AT)

    assert isinstance(steps[0], EndZygote)


def without(path: str, found: Found | None = None) -> dict[Path, Found]:
    kept = {p: f for p, f in FOUND.items() if p != Path(path)}
    return {**kept, **({Path(path): found} if found else {})}


@pytest.mark.parametrize(
    "config, machine, message",
    [
        pytest.param({"manager_user": "bob"}, {}, "no user bob", id="no-manager"),
        pytest.param({"manager_group": "root"}, {}, "root's group", id="roots-group"),
        pytest.param({"pool_prefix": "Gjar"}, {}, "Gjar002 cannot be an account's", id="capital"),
        pytest.param({"pool_prefix": "g" * 30}, {}, "cannot be an account's name", id="long-name"),
        pytest.param({"pool_size": 1, "pool_prefix": "an", "pool_padding": 0}, {"users": {
            **survey().users, "an1": survey().users["ann"]}}, "account an1 already", id="stranger"),
        pytest.param({"common_user": "root"}, {}, "user root already", id="common-stranger"),
        pytest.param({}, {"tools": frozenset()}, "useradd", id="no-tools"),
        pytest.param({}, {"python": None}, "does not run for ann", id="no-python"),
        pytest.param({}, {"python": Interpreter((3, 9), ())}, "Python 3.9", id="old-python"),
        pytest.param({}, {"python": Interpreter((3, 11), (Path("/home/ann/lib"),))},
                     "change /home/ann, where", id="modules-of-the-managers"),
        pytest.param({"python_path": Path("/home/ann/bin/python")}, {},
                     "others than root can change /home/ann", id="python-of-the-managers"),
        pytest.param({"home_base": Path("/home/ann/j")}, {}, "homeBase: others", id="base"),
        pytest.param({"common_dir": Path("/home/ann/c")}, {}, "commonDir: others", id="common"),
        pytest.param({"common_dir": Path("/var/lib/geniejars/gjar/jars/c")}, {},
                     "must not lie in homeBase", id="common-among-jars"),
        pytest.param({}, {"found": without("/var/lib", Found(0, 0, 0o40700))},
                     "not everybody may pass /var/lib", id="closed-way"),
        pytest.param({}, {"found": without("/usr/local/lib", Found(0, 50, 0o42775))},
                     "others than root can change /usr/local/lib", id="staff"),
        pytest.param({"pool_size": 600}, {"census": Census((), (), range(20_000, 21_002))},
                     "ids for 500 jars", id="too-large"),
        pytest.param({}, {"agents": 2}, "are in use", id="busy"),
    ],
)  # fmt: skip
def test_refused_before_anything_is_touched(
    config: dict[str, Any], machine: dict[str, Any], message: str
) -> None:
    """What cannot work or would not be safe is named, with a way out."""
    changed = pool_config(**config)

    with pytest.raises(UsageError, match=message) as refused:
        plan_setup(changed, survey(**machine), Places().of(changed.pool_prefix))

    assert refused.value.help


def test_an_allocated_jar_does_not_go() -> None:
    """A pool shrinks when its user has given the jar back."""
    with pytest.raises(UsageError, match="gjar003 would go") as refused:
        plan_setup(pool_config(), grown(allocated=("gjar003",)), AT)

    assert refused.value.help == "geniejars free gjar003"


def test_a_link_is_followed_to_what_others_can_change() -> None:
    """A root-owned link into a home is no better than the home."""
    found = {**FOUND, Path("/usr/bin/python3"): Found(0, 0, 0o120777, "/home/ann/python")}

    with pytest.raises(UsageError, match="can change /home/ann"):
        plan_setup(pool_config(), survey(found), AT)
