"""Projects of a size, a jar to build them into, and commands that are timed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TOP = Path(__file__).parent.parent
ROUNDS = 3
IN_A_FOLDER = 100


@contextmanager
def bench() -> Iterator[Path]:
    """A folder to work in; state and cache lie in it, and its server ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="jarbuild-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        run(folder, "geniejars", "sys", "down")
        shutil.rmtree(folder)


def write_files(folder: Path, count: int) -> None:
    """Small ones, 100 in a folder."""
    for number in range(count):
        if number % IN_A_FOLDER == 0:
            inner = folder / f"d{number // IN_A_FOLDER}"
            inner.mkdir(parents=True)
        (inner / f"f{number}").write_text(f"{number}\n")


def run(bench: Path, *argv: str, cwd: Path | None = None) -> None:
    """Raises subprocess.CalledProcessError; `jarbuild` and `geniejars` are this checkout's."""
    main = {"jarbuild": "main", "geniejars": "geniejars"}.get(argv[0])
    if main is not None:
        code = f"import sys; from jarbuild.cli import {main} as run; sys.exit(run())"
        argv = (sys.executable, "-c", code, *argv[1:])
    subprocess.run(argv, cwd=cwd or bench, env=environment(bench), check=True, capture_output=True)


def environment(bench: Path) -> dict[str, str]:
    paths = os.pathsep.join(str(TOP / part) for part in ("grammar", "runtime", "."))
    folders = {"XDG_STATE_HOME": str(bench / "state"), "XDG_CACHE_HOME": str(bench / "cache")}
    return {**os.environ, **folders, "PYTHONPATH": paths, "HOME": str(bench)}


def best(
    work: Callable[[], None], before: Callable[[], None] = lambda: None, rounds: int = ROUNDS
) -> float:
    """Of some rounds, in seconds; `before` each of them, untimed."""
    return min(_timed(work, before) for _ in range(rounds))


def _timed(work: Callable[[], None], before: Callable[[], None]) -> float:
    before()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sizes(default: Sequence[int]) -> list[int]:
    """Those named on the command line, or all."""
    return [int(word.replace(",", "")) for word in sys.argv[1:]] or list(default)
