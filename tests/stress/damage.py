"""Damages caches, indexes and states between builds, for as long as you like.

python3 tests/stress/damage.py --count 500 --seed 1
"""

from __future__ import annotations

import argparse
import random
import sys
import traceback
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / part) for part in ("tests/proof", "grammar", "runtime", ".")]

from damaging import KINDS, play  # noqa: E402
from killing import Scene  # noqa: E402
from worlds import a_world  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with a_world(jars=2) as world:
        scene = Scene(world)
        for seed in range(asked.seed, asked.seed + asked.count):
            dice = random.Random(seed)  # noqa: S311
            kind = dice.choice([*KINDS])
            try:
                play(scene, kind, dice)
            except Exception:
                print(f"seed {seed}: damaged {kind}, and\n{traceback.format_exc()}")
                return 1
    print(f"{asked.count} times damaged, nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
