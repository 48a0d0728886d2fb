"""Whatever is killed whenever: the home is whole, and the next build needs nobody's help."""

from __future__ import annotations

import random

import pytest
from killing import Scene, draw_crash
from worlds import World

POINTS = range(1, 17)


@pytest.fixture(scope="module")
def scene(shared_world: World) -> Scene:
    return Scene(shared_world)


@pytest.mark.parametrize("seed", POINTS)
def test_killed(seed: int, scene: Scene) -> None:
    """At any moment of a build, the change of the home included; `tests/stress/crashes.py` has as
    many moments as one likes."""
    scene.play(draw_crash(random.Random(seed), scene.usual))  # noqa: S311
