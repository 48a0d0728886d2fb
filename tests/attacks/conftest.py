"""A scene for each situation, set up once, what came of each attack in it, and the report."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import attack_report
import pytest
from attack_bounds import BOUNDS
from attack_roster import NETWORKED, PROGRAMS
from attack_scenes import CONTROLS, Outcome, Scene, outside_folder, scene
from machines import Kind
from plot_roster import PLOTS
from situations import machine_of
from tenancies import JarTenancy, PlainTenancy

SceneOf = Callable[[Kind], Scene]
Outcomes = dict[str, Outcome]
Noted = dict[tuple[str, str], bool]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--attack-report", action="store_true", help="write docs/attacks.md anew")


@pytest.fixture(scope="session")
def noted(pytestconfig: pytest.Config) -> Iterator[Noted]:
    """Whether an attack succeeded, by its name and the column of the report."""
    outcomes: Noted = {}
    yield outcomes
    if pytestconfig.getoption("--attack-report", default=False):
        attack_report.PAGE.write_text(attack_report.page((*PROGRAMS, *NETWORKED, *PLOTS), outcomes))


@pytest.fixture(scope="module")
def scene_of(world: Path, scripts: Path, users: None) -> Iterator[SceneOf]:
    """The scene of a kind of machine, made when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def made(kind: Kind) -> Scene:
            machine = stack.enter_context(machine_of(kind, world, scripts, **BOUNDS))
            return stack.enter_context(scene(machine))

        yield made


@pytest.fixture(scope="module")
def from_inside(scene_of: SceneOf) -> Callable[[Kind], Outcomes]:
    """What came of every attack in a jar of this kind."""
    return cache(lambda kind: scene_of(kind).attacked_from_inside())


@pytest.fixture(scope="module")
def from_own_network(scene_of: SceneOf) -> Callable[[Kind, str], Outcomes]:
    """What came of the attacks in a jar with this network."""
    return cache(lambda kind, network: scene_of(kind).attacked_in_own_network(network))


@pytest.fixture(scope="module")
def from_beside(
    scene_of: SceneOf, world: Path, scripts: Path
) -> Iterator[Callable[[Kind, Kind], Outcomes]]:
    """What came of every attack by a process without a jar, of one user against another's scene."""
    with ExitStack() as stack:

        @cache
        def outcomes(victim: Kind, attacker: Kind) -> Outcomes:
            machine = stack.enter_context(machine_of(attacker, world, scripts))
            return scene_of(victim).attacked_from_beside(machine)

        yield outcomes


@pytest.fixture(scope="module")
def jar_tenancies(scene_of: SceneOf) -> Callable[[Kind], JarTenancy]:
    """The tenancy of a scene, by jarbuild; its jar is allocated when it is first cleared."""

    @cache
    def made(kind: Kind) -> JarTenancy:
        scene = scene_of(kind)
        home = scene.machine.home
        secret, neighbour = secrets.token_hex(16), scene.known["neighbour"]
        return JarTenancy(scene.shell, home / "project", home / "outside", secret, neighbour)

    return made


@pytest.fixture
def in_jar(jar_tenancies: Callable[[Kind], JarTenancy]) -> Iterator[Callable[[Kind], JarTenancy]]:
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
    with machine_of(CONTROLS[0], world, scripts) as machine:
        home = machine.home / "top" / "home"
        home.mkdir(parents=True)
        (machine.home / "top" / "log").mkdir()
        machine.own(machine.home)
        secret = secrets.token_hex(16)
        with outside_folder(machine, secret) as outside:
            tenancy = PlainTenancy(machine, home, outside, secret)
            yield tenancy
            tenancy.clear()
