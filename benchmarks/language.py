"""What parsing costs: time per line over JFiles of growing length, as a ratio to the shortest.

    python benchmarks/language.py

Flat ratios mean linear time. The first parse also builds the grammar's tables: timed apart.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

TOP = Path(__file__).parent.parent
sys.path[:0] = [str(TOP / "grammar")]

from jfile import format_text, parse  # noqa: E402

LENGTHS = (1_000, 10_000, 100_000)  # lines
ROUNDS = 3
BLOCK = """\
# a service
ENV MODE=production
WORKDIR app
COPY --chmod=644 package.json package-lock.json ./
RUN npm ci \\
  --omit=dev && echo ${PORT(1)}
IMPORT TOKEN
DEPEND ${COMMON}/bin/tool
CMD ["node", "server.js", "--port", "${PORT(1)}"]

"""


def text_of(lines: int) -> str:
    return BLOCK * (lines // BLOCK.count("\n"))


def best(work, text: str) -> float:  # type: ignore[no-untyped-def]
    """The fastest of some rounds, in seconds."""
    return min(timed(work, text) for _ in range(ROUNDS))


def timed(work, text: str) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    work(text)
    return time.perf_counter() - began


def main() -> None:
    print(f"first parse, grammar included: {timed(parse, BLOCK) * 1000:.0f} ms")
    for name, work in (("parse", parse), ("format", format_text)):
        costs = {lines: best(work, text_of(lines)) / lines for lines in LENGTHS}
        base = costs[LENGTHS[0]]
        for lines, cost in costs.items():
            print(f"{name:<7} {lines:>7} lines  {cost * 1e6:6.1f} us a line  x{cost / base:.2f}")


if __name__ == "__main__":
    main()
