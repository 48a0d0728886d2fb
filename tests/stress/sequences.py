"""Random sequences of edits, app runs and builds on real jars, for as long as you like.

    python3 tests/stress/sequences.py --count 5000 --seed 1     # seeds 1 to 5000
    python3 tests/stress/sequences.py --replay FILE             # moves that were printed

The first failing sequence is made as short as it gets and printed as JSON; the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / part) for part in ("tests/proof", "grammar", "runtime", ".")]

from moves import Move  # noqa: E402
from sequences_played import JARS, Player, draw  # noqa: E402
from worlds import World, a_world  # noqa: E402


def main() -> int:
    asked = _arguments()
    with a_world(JARS) as world:
        if asked.replay:
            moves = [tuple(move) for move in json.loads(Path(asked.replay).read_text())]
            return _report(world, moves, "replayed", asked.keep)
        return _play_all(world, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=6, help="builds in a sequence")
    parser.add_argument("--replay", metavar="FILE")
    parser.add_argument("--keep", action="store_true", help="do not make a failing one shorter")
    parser.add_argument("--go-on", action="store_true", help="after a failing one")
    return parser.parse_args()


def _play_all(world: World, asked: argparse.Namespace) -> int:
    began, failures = time.monotonic(), 0
    for seed in range(asked.seed, asked.seed + asked.count):
        failures += _report(world, draw(seed, asked.rounds), f"seed {seed}", asked.keep)
        if failures and not asked.go_on:
            break
        print(f"seed {seed} done, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{failures} of {seed - asked.seed + 1} sequences failed")
    return 1 if failures else 0


def _report(world: World, moves: list[Move], title: str, keep: bool) -> int:
    """1 where the sequence fails; then a shorter one is printed."""
    if (problem := _problem(world, moves)) is None:
        return 0
    print(f"{title} fails: {problem}", flush=True)
    shortest = moves if keep else _shortened(world, moves)
    print(_problem(world, shortest))
    print(json.dumps(shortest))
    return 1


def _problem(world: World, moves: Sequence[Move]) -> str | None:
    player = Player(world)
    try:
        player.play(moves)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:600]} ({where.name}:{where.lineno})"
    return None


def _shortened(world: World, moves: list[Move]) -> list[Move]:
    """Without every move that the failure can do without; halves first, single ones last."""
    size = max(len(moves) // 2, 1)
    while True:
        for at in range(len(moves) - size, -1, -size):
            fewer = moves[:at] + moves[at + size :]
            if fewer and _problem(world, fewer) is not None:
                moves = fewer
        if size == 1:
            return moves
        size //= 2


if __name__ == "__main__":
    sys.exit(main())
