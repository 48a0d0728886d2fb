"""Pools on this very machine, under names of this run alone, and nothing of them left."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from accounts import PREFIX, change_accounts
from machines import SYSTEM_PYTHON, Kind, Machine

ACCOUNT_FILES = ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")
SYSTEM_FOLDERS = (
    "/etc/sudoers.d", "/etc/tmpfiles.d", "/etc/systemd/system", "/usr/local/lib", "/run",
    "/run/jarbuild", "/usr/local/lib/jarbuild", "/var/lib",
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_numbers = count()


@dataclass(frozen=True)
class Pool:
    """`machine` is the manager's. `base` holds config, state and homes; only root changes it."""

    name: str
    base: Path
    machine: Machine

    @property
    def program(self) -> Path:
        return Path("/usr/local/lib/jarbuild", self.name, "zygote")

    @property
    def jars(self) -> Path:
        return self.base / "jars"

    @property
    def config(self) -> Path:
        return self.base / "geniejars.config.json"

    def configure(self, **changes: Any) -> None:
        values = json.loads(self.config.read_text()) if self.config.exists() else {}
        self.config.write_text(json.dumps(values | changes, indent=2))

    def as_root(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`geniejars WORD…`, as root types it."""
        return subprocess.run(
            [str(self.machine.scripts / "geniejars"), *words, "--config", str(self.config)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def set_up(self, *words: str) -> str:
        done = self.as_root("setup", *words)
        assert done.returncode == 0, done
        return done.stdout

    def zygote(self) -> int | None:
        """Its pid, as its lock file says; None where it has ended."""
        pid = int((Path("/run/jarbuild") / self.name / "lock").read_text())
        return pid if Path(f"/proc/{pid}").exists() else None

    def wait_for_end(self) -> None:
        """Of the zygote, which leaves after it has said so."""
        deadline = time.monotonic() + 20
        while self.zygote() is not None:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def traces(name: str) -> list[str]:
    """Whatever on this machine has a name or a line with this word in it."""
    lines = [
        f"{file}: {line}"
        for file in ACCOUNT_FILES
        for line in Path("/etc", file).read_text().splitlines()
        if name in line
    ]
    folders = (Path(folder) for folder in SYSTEM_FOLDERS)
    names = [str(p) for f in folders if f.is_dir() for p in f.iterdir() if name in p.name]
    registry = Path("/var/lib/jarbuild/ids")
    noted = registry.read_text().splitlines() if registry.exists() else []
    return [*lines, *names, *(line for line in noted if name in line)]


@contextmanager
def pool_of(scripts: Path, *, root: bool = False, size: int = 2, **config: Any) -> Iterator[Pool]:
    """Configured, not set up; with a manager of its own, or root as the manager."""
    remove_stale_pools(scripts)
    letter = LETTERS[next(_numbers)]
    kind = Kind("pool", "full", user=None if root else f"{PREFIX}m{letter}")
    base = Path("/var/lib", f"{PREFIX}{letter}")
    pool = Pool(f"{PREFIX}{letter}p", base, Machine(kind, base / "home", scripts))
    try:
        if kind.user:
            kind.add_user()
        _furnish(pool, root=root, size=size, **config)
        yield pool
    finally:
        _remove(pool)


def _furnish(pool: Pool, *, root: bool, size: int, **config: Any) -> None:
    home = pool.machine.home
    home.mkdir(parents=True)
    pool.machine.own(home)
    pool.machine.environment["GENIEJARS_HOME"] = str(pool.base)
    manager = pool.machine.kind.user or "root"
    pool.configure(
        poolPrefix=pool.name,
        poolSize=size,
        poolPadding=1,
        homeBase=str(pool.jars),
        managerUser=manager,
        managerGroup="root" if root else f"{pool.name}g",
        stateFile=str(pool.base / "state/state.json"),
        commonUser=f"{pool.name}c",
        commonDir=str(pool.base / "common"),
        pythonPath=SYSTEM_PYTHON,
        portBase=41000 + os.getpid() % 1000 * 20,
        portCount=8,
        **config,
    )


def remove_stale_pools(scripts: Path) -> None:
    """What a run that was killed has left."""
    for folder in Path("/usr/local/lib/jarbuild").glob("jbt*p"):
        found = re.fullmatch(r"jbt(\d+)([a-z])p", folder.name)
        if found and not Path(f"/proc/{found[1]}").exists():
            kind = Kind("pool", "full", user=f"jbt{found[1]}m{found[2]}")
            base = Path("/var/lib", folder.name.removesuffix("p"))
            _remove(Pool(folder.name, base, Machine(kind, base / "home", scripts)))


def _remove(pool: Pool) -> None:
    """As its own command does it, then whatever that has left."""
    pool.as_root("uninstall", "--yes")
    if pool.machine.kind.user:
        pool.machine.kind.remove_user()
    for trace in traces(pool.name):
        name = trace.partition(": ")[2].partition(":")[0]
        command = {"passwd": "userdel", "group": "groupdel"}.get(trace.partition(":")[0])
        if command:
            change_accounts(command, name)
        elif trace.startswith("/"):
            shutil.rmtree(trace) if Path(trace).is_dir() else Path(trace).unlink()
    shutil.rmtree(pool.base, ignore_errors=True)
