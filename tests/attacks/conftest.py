"""A scene for each situation, set up once, and what came of each attack in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from attack_scenes import SITUATIONS, Outcome, Scene, scene
from machines import Kind, Machine


@pytest.fixture(scope="session")
def scene_of(world: Path, scripts: Path, users: None) -> Iterator[object]:
    """The scene of a kind of machine, made when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def made(kind: Kind) -> Scene:
            machine = make_attacked_machine(kind, world, scripts)
            stack.callback(shutil.rmtree, machine.home, ignore_errors=True)
            return stack.enter_context(scene(machine, SITUATIONS.index(kind)))

        yield made


def make_attacked_machine(kind: Kind, world: Path, scripts: Path) -> Machine:
    home = Path(tempfile.mkdtemp(prefix=f"{kind.name}-", dir=world))
    home.chmod(0o755)
    machine = Machine(kind, home, scripts)
    if not kind.user:
        machine.environment = {
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
        }
    machine.own(home)
    return machine


@pytest.fixture(scope="session")
def from_inside(scene_of) -> object:
    """What came of every attack in a jar of this kind."""

    @cache
    def outcomes(kind: Kind) -> dict[str, Outcome]:
        return scene_of(kind).attacked_from_inside()

    return outcomes


@pytest.fixture(scope="session")
def from_beside(scene_of, world: Path, scripts: Path) -> object:
    """What came of every attack by a process without a jar, of one user against another's scene."""

    @cache
    def outcomes(victim: Kind, attacker: Kind) -> dict[str, Outcome]:
        machine = make_attacked_machine(attacker, world, scripts)
        return scene_of(victim).attacked_from_beside(machine)

    return outcomes
