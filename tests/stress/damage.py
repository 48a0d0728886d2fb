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

from damaging import KINDS, play, play_everywhere  # noqa: E402
from killing import Scene  # noqa: E402
from worlds import a_world  # noqa: E402

EVERYTHING = "a bit of every file"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--go-on", action="store_true", help="after one that goes wrong")
    asked = parser.parse_args()
    failures = files = 0
    with a_world(jars=2) as world:
        scene = Scene(world)
        for seed in range(asked.seed, asked.seed + asked.count):
            dice = random.Random(seed)  # noqa: S311
            kind = dice.choice([*KINDS, *([EVERYTHING] * 3)])
            try:
                files += (
                    play_everywhere(scene, dice) if kind == EVERYTHING else play(scene, kind, dice)
                )
            except Exception:
                failures += 1
                print(f"seed {seed}: damaged {kind}, and\n{traceback.format_exc()}", flush=True)
                if not asked.go_on:
                    break
                scene = Scene(world)
    print(f"{seed - asked.seed + 1} times damaged, {files} files, {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
