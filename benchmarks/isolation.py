"""What a jar costs: its start and a command in it, as ratios to a plain process, in one run.

    python benchmarks/isolation.py [ROUNDS]

Every round does each thing once, so that a busy machine is busy for all of them; the best and the
median of the rounds are printed. bwrap and sudo are left out where they are missing or ask for a
password.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

TOP = Path(__file__).parent.parent
sys.path[:0] = [str(TOP), str(TOP / "grammar"), str(TOP / "runtime")]

import geniejars  # noqa: E402
from geniejars import AgentSession, Config, Home  # noqa: E402
from geniejars.config import default_config  # noqa: E402

ROUNDS = 30
PLAIN = "fork and exec"
WIDTH = 34
BWRAP = (
    "bwrap",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--unshare-all",
    "true",
)
SUDO = ("sudo", "-n", "-u", "nobody", "true")

Work = Callable[[], object]


def main(rounds: int) -> None:
    with pool() as config, jar(config) as home, home.connect("live") as session:
        print(f"isolation: {geniejars.find_situation(config).name}, {rounds} rounds")
        show(measured(works(home, session), rounds))


@contextmanager
def pool() -> Iterator[Config]:
    """One of its own; what it started is ended."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        config = default_config(Path(folder) / "state/state.json")
        try:
            yield config
        finally:
            geniejars.shut_down(config)
            subprocess.run(["rm", "-rf", str(config.home_base)], check=False)


@contextmanager
def jar(config: Config) -> Iterator[Home]:
    name = geniejars.allocate(config)
    yield Home(config, name, print, print)
    geniejars.deallocate(config, name)


def works(home: Home, session: AgentSession) -> Mapping[str, Work]:
    peers = {"bwrap": BWRAP, "sudo -u nobody": SUDO}
    return {
        PLAIN: lambda: run("true"),
        **{name: lambda argv=argv: run(*argv) for name, argv in peers.items() if works_here(argv)},
        "exec, conversation open": lambda: execute(session),
        "exec, conversation and all": lambda: connect_and_execute(home),
        "start of a jar and its end": lambda: start(home),
    }


def works_here(argv: tuple[str, ...]) -> bool:
    return shutil.which(argv[0]) is not None and run(*argv).returncode == 0


def run(*argv: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def execute(session: AgentSession) -> None:
    session.run(["true"], env={"PATH": geniejars.SEARCH_PATH}, on_output=lambda *_: None)


def connect_and_execute(home: Home) -> None:
    with home.connect("live") as session:
        execute(session)


def start(home: Home) -> None:
    """Of the other role, so that the open conversation stays."""
    home.connect("build").close()
    home.end("build")


def measured(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    costs: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            costs[name].append(time.perf_counter() - began)
    return costs


def show(costs: Mapping[str, list[float]]) -> None:
    print(f"{'':<{WIDTH}}{'best':>10}{'median':>10}{'ratio':>8}")
    base = statistics.median(costs[PLAIN])
    for name, seconds in costs.items():
        best, middle = min(seconds) * 1000, statistics.median(seconds) * 1000
        print(f"{name:<{WIDTH}}{best:>7.1f} ms{middle:>7.1f} ms{middle / base / 1000:>7.1f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
