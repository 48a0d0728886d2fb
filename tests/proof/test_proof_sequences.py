"""Random projects on real jars: never stale, never more than the plan lists, nothing lost.

`tests/stress/sequences.py` plays as many of them as one likes, and makes a failing one shorter.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sequences_played import Player, draw
from worlds import World

TESTS = Path(__file__).resolve().parents[1]
ROUNDS = 5
SEEDS = range(1, 9)


@pytest.mark.parametrize("seed", SEEDS)
def test_incremental_equals_clean(seed: int, world: World) -> None:
    """After any edits, app runs and builds the home is that of a clean build; and a build executes
    what its plan lists, but for what it reports as reused."""
    player = Player(world)
    player.play(draw(seed, ROUNDS))

    assert len(player.log) == ROUNDS


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user has no such situation")
def test_without_namespaces() -> None:
    """The same where home and root exchange their names."""
    launcher = [sys.executable, str(TESTS / "runtime/without_namespaces.py")]
    command = [sys.executable, str(TESTS / "stress/sequences.py"), "--count", "3"]
    result = subprocess.run(
        [*launcher, *command, "--rounds", "3", "--keep"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert result.returncode == 0, result.stdout + result.stderr
