"""Kills tool, server, zygote or agent at seeded moments of a build, for as long as you like.

    python3 tests/stress/crashes.py --count 500 --seed 1

Half of the moments lie in the change of the home. A point that goes wrong is printed; exit code 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import traceback
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / part) for part in ("tests/proof", "grammar", "runtime", ".")]

from killing import Scene, draw_crash  # noqa: E402
from worlds import a_world  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--go-on", action="store_true", help="after one that goes wrong")
    asked = parser.parse_args()
    failures = hits = 0
    with a_world(jars=2) as world:
        scene = Scene(world)
        for seed in range(asked.seed, asked.seed + asked.count):
            crash = draw_crash(random.Random(seed), scene.usual)  # noqa: S311
            try:
                hits += scene.play(crash)
            except Exception:
                failures += 1
                print(f"seed {seed}: {crash} goes wrong\n{traceback.format_exc()}", flush=True)
                if not asked.go_on:
                    break
                scene = Scene(world)
    print(f"{seed - asked.seed + 1} points, {hits} within a build, {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
