"""Installed commands, machines to run them on, and an end for everything that was started."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import (
    KINDS,
    MYSELF,
    REFUSED,
    Kind,
    Machine,
    install,
    is_root,
    make_user,
    remove_stale_users,
    remove_user,
)

PLAYED = KINDS if is_root() else (MYSELF,)


@pytest.fixture(scope="session")
def world() -> Iterator[Path]:
    """A folder that every user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="jbt-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def scripts(world: Path) -> Path:
    """The installed commands."""
    return install(world)


@pytest.fixture(scope="session")
def users() -> Iterator[None]:
    """Ordinary users with and without a range of subordinate ids."""
    made = [kind for kind in (*KINDS, REFUSED) if kind.user and is_root()]
    if made:
        remove_stale_users()
    for kind in made:
        make_user(kind)
    yield
    for kind in made:
        remove_user(kind)


@pytest.fixture
def make_machine(world: Path, scripts: Path, users: None) -> Iterator[object]:
    """Makes a machine of a kind, with an empty home; ends what it started."""
    made: list[Machine] = []

    def make(kind: Kind) -> Machine:
        home = Path(tempfile.mkdtemp(prefix=f"{kind.name}-", dir=world))
        machine = Machine(kind, home, scripts)
        if is_root() and not kind.user:
            machine.environment = {
                "XDG_STATE_HOME": str(home / "state"),
                "XDG_CACHE_HOME": str(home / "cache"),
            }
            home.chmod(0o755)
        machine.own(home)
        made.append(machine)
        return machine

    yield make
    for machine in made:
        machine.run("geniejars", "sys", "down")
        shutil.rmtree(machine.home, ignore_errors=True)


@pytest.fixture(params=PLAYED, ids=lambda kind: kind.name)
def machine(request: pytest.FixtureRequest, make_machine) -> Machine:
    """Each kind of machine in turn."""
    return make_machine(request.param)


@pytest.fixture
def root_machine(make_machine) -> Machine:
    """The first kind: the strongest isolation this user can have."""
    return make_machine(PLAYED[0])
