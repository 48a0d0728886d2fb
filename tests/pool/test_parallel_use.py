"""Many processes at once over one real server: no jar twice, no update lost, no lock left."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve

import geniejars
import jarbuild
from geniejars import Config, Isolation
from geniejars.config import default_config

PROCESSES = multiprocessing.get_context("fork")
WORKERS, ROUNDS = 10, 2
SYSTEM_PYTHON = Path("/usr/bin/python3")
JFILE = 'TAG t\nCOPY who who\nRUN cp who seen\nCMD ["cat", "seen"]\n'


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """A pool of this test's own, where every id may pass."""
    folder = Path(tempfile.mkdtemp(prefix="jbt-parallel-", dir="/var/tmp"))
    folder.chmod(0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    config = evolve(
        default_config(folder / "state/state.json"),
        pool_size=WORKERS + 2,
        port_base=45_000 + os.getpid() % 500 * 30,
        port_count=2 * (WORKERS + 2),
        python_path=SYSTEM_PYTHON,
        isolation=_isolation(),
    )
    yield config
    geniejars.shut_down(config)
    shutil.rmtree(folder, ignore_errors=True)


def _isolation() -> Isolation | None:
    """An ordinary user's machine may have nothing better."""
    return None if os.geteuid() == 0 else "weak"


def run_all(work: Callable[[int], None], count: int) -> list[int | None]:
    processes = [PROCESSES.Process(target=work, args=(n,)) for n in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    return [process.exitcode for process in processes]


def use_a_jar(config: Config, project: Path, n: int, log: Path) -> None:
    """alloc, build, exec, free, and a word of each that nobody else writes."""
    name = geniejars.allocate(config)
    with log.open("a") as file:
        file.write(f"{time.monotonic()} + {name}\n")
    jarbuild.build(project, jar=name, config=config)
    seen = geniejars.run_as(config, name, "cat", ["seen"], capture=True)
    assert seen.stdout == f"{n}\n".encode(), seen
    with log.open("a") as file:
        file.write(f"{time.monotonic()} - {name}\n")
    geniejars.deallocate(config, name)


def test_jars_are_used_by_many_at_once(config: Config, tmp_path: Path) -> None:
    """80 allocations, builds, commands and releases from ten processes; readers see a whole
    state at any instant."""
    geniejars.find_situation(config)

    def work(n: int) -> None:
        project = tmp_path / f"project{n}"
        project.mkdir()
        (project / "JFile").write_text(JFILE)
        (project / "who").write_text(f"{n}\n")
        for _ in range(ROUNDS):
            use_a_jar(config, project, n, tmp_path / f"log{n}")
            geniejars.read_state(config)

    codes = run_all(work, WORKERS)
    state = geniejars.read_state(config)

    assert codes == [0] * WORKERS
    assert never_shared("".join(log.read_text() for log in tmp_path.glob("log*")).splitlines())
    assert geniejars.occupied_names(state) == []
    assert set(state["ports"].values()) == {"free"}


def never_shared(lines: list[str]) -> bool:
    """Whether each jar was given back before it was taken again."""
    held: set[str] = set()
    for _, sign, name in sorted(line.split() for line in lines):
        if (name in held) is (sign == "+"):
            return False
        held ^= {name}
    return not held


def test_the_killed_leave_no_lock(config: Config) -> None:
    """kill -9 anywhere between alloc and free: the jars stay theirs, and the rest goes on."""
    geniejars.find_situation(config)

    def work(n: int) -> None:
        random.seed(n)
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.01, 0.6))  # noqa: S311
        while True:
            geniejars.deallocate(config, geniejars.allocate(config))

    codes = run_all(work, WORKERS)
    left = geniejars.occupied_names(geniejars.read_state(config))
    for name in left:
        geniejars.deallocate(config, name)
    name = geniejars.allocate(config)
    ran = geniejars.run_as(config, name, "echo", ["on"], capture=True)

    assert codes == [-signal.SIGKILL] * WORKERS
    assert len(left) <= WORKERS
    assert ran.stdout == b"on\n"
