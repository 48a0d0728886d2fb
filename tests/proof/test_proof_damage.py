"""Files that are cut short, flipped, emptied, overwritten or lost: a build succeeds by itself."""

from __future__ import annotations

import random

import pytest
from damaging import KINDS, play, play_everywhere
from killing import Scene
from worlds import World


@pytest.fixture(scope="module")
def scene(shared_world: World) -> Scene:
    return Scene(shared_world)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged(kind: str, scene: Scene) -> None:
    """`cache verify` finds it, and the next build makes what a clean build makes."""
    assert play(scene, kind, random.Random(kind)) > 0  # noqa: S311


@pytest.mark.parametrize("seed", range(2))
def test_a_bit_of_every_file(seed: int, scene: Scene) -> None:
    """State, cache, home and build root are all damaged at once, and all is well after a build."""
    assert play_everywhere(scene, random.Random(seed)) > len(KINDS)  # noqa: S311
