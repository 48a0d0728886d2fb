"""A scene for each situation, set up once, and what came of each attack in it."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from attack_scenes import CONTROLS, SITUATIONS, Outcome, Scene, outside_folder, scene
from machines import Kind, Machine
from tenancies import JarTenancy, PlainTenancy


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


@pytest.fixture(scope="session")
def jar_tenancies(scene_of) -> Iterator[object]:
    """The tenancy of a scene, by jarbuild; its jar is allocated when it is first cleared."""

    @cache
    def made(kind: Kind) -> JarTenancy:
        scene = scene_of(kind)
        home = scene.machine.home
        return JarTenancy(scene.shell, home / "project", home / "outside", secrets.token_hex(16))

    yield made


@pytest.fixture
def in_jar(jar_tenancies) -> Iterator[object]:
    """A cleared tenancy in a jar, and a manager's folder beside it."""
    with ExitStack() as stack:

        def made(kind: Kind) -> JarTenancy:
            tenancy = jar_tenancies(kind)
            stack.enter_context(outside_folder(tenancy.shell.machine, tenancy.secret))
            tenancy.clear()
            shutil.rmtree(tenancy.outside.parent / "checkout", ignore_errors=True)
            return tenancy

        yield made


@pytest.fixture
def without_jar(world: Path, scripts: Path, users: None) -> Iterator[PlainTenancy]:
    """A tenancy as people have it who have no jars."""
    machine = make_attacked_machine(CONTROLS[0], world, scripts)
    home = machine.home / "top" / "home"
    home.mkdir(parents=True)
    (machine.home / "top" / "log").mkdir()
    machine.own(machine.home)
    secret = secrets.token_hex(16)
    with outside_folder(machine, secret) as outside:
        tenancy = PlainTenancy(machine, home, outside, secret)
        yield tenancy
        tenancy.clear()
    shutil.rmtree(machine.home)
