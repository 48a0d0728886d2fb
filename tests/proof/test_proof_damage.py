"""Files that are cut short, flipped, emptied, overwritten or lost: a build succeeds by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from damaging import KINDS, play
from killing import Scene
from worlds import a_world


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with a_world(jars=2) as world:
        yield Scene(world)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged(kind: str, scene: Scene) -> None:
    """The next build makes what a clean build makes."""
    scene.world.build(scene.project, scene.jar, no_cache=True)  # every file is there

    assert play(scene, kind, random.Random(kind)) > 0  # noqa: S311
