"""Steps: what a plan, a build without work and one edit cost in JFiles of growing length.

    python benchmarks/cache.py [STEPS…]

Flat costs a step mean linear time. The home holds 10,000 files that the first step makes: none of
the later ones may look at them all.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from projects import bench, best, run, sizes

STEPS = (10, 100, 1_000)
MAKE = "RUN for d in $(seq 100); do mkdir -p m/$d; for f in $(seq 100); do : > m/$d/$f; done; done"


def main() -> None:
    with bench() as folder:
        start = best(lambda: run(folder, "jarbuild", "--version"))
        print(f"start-up {start:.2f} s; in seconds, and in milliseconds a step beyond start-up")
        for number in sizes(STEPS):
            _measure(folder, folder / f"p{number}", number, start)


def _measure(folder: Path, project: Path, steps: int, start: float) -> None:
    (project / "src").mkdir(parents=True)
    for number in range(steps):
        (project / f"src/{number}").write_text(f"{number}\n")
    copies = [f"COPY src/{number} out/{number}" for number in range(steps - 1)]
    (project / "JFile").write_text("\n".join([MAKE, *copies, ""]))
    build = lambda: run(folder, "jarbuild", str(project), "--progress", "quiet")  # noqa: E731
    edits = count()
    edit = lambda: (project / "src/0").write_text(f"edit {next(edits)}\n") and None  # noqa: E731
    build()
    times = {
        "plan": best(lambda: run(folder, "jarbuild", str(project), "--plan")),
        "nothing to do": best(build),
        "first COPY edited": best(build, edit),
    }
    for name, seconds in times.items():
        each = (seconds - start) / steps * 1000
        print(f"{steps:>6} steps  {name:<18} {seconds:8.3f}  {each:7.2f} ms a step")


if __name__ == "__main__":
    main()
