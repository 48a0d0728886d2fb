"""Machines to run commands on, and an end for everything that was started."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from clearing import remove
from machines import PLAYED, Kind, Machine, is_root


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
        remove(machine.home)


@pytest.fixture(params=PLAYED, ids=lambda kind: kind.name)
def machine(request: pytest.FixtureRequest, make_machine) -> Machine:
    """Each kind of machine in turn."""
    return make_machine(request.param)


@pytest.fixture
def root_machine(make_machine) -> Machine:
    """The first kind: the strongest isolation this user can have."""
    return make_machine(PLAYED[0])
