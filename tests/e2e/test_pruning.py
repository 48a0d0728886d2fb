"""Pruning while builds run, with real processes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from builds import build
from machines import Machine

JFILE = """\
COPY in.txt ./
RUN sha256sum in.txt > one.txt
RUN cat one.txt one.txt > two.txt
RUN cat two.txt two.txt > three.txt
"""


def test_pruning_all_the_while(root_machine: Machine) -> None:
    """Builds of two projects succeed meanwhile; afterwards a prune of everything leaves what
    their jars need."""
    projects = [make_project(root_machine, name) for name in ("one", "two")]
    running = [start(root_machine, project) for project in projects]
    rounds = 0
    while any(process.poll() is None for process in running):
        assert root_machine.run("jarbuild", "cache", "prune", "--all").returncode == 0
        rounds += 1
    codes = [process.wait() for process in running]
    root_machine.run("jarbuild", "cache", "prune", "--all")
    again = [build(root_machine, project) for project in projects]

    assert rounds > 0 and codes == [0, 0]
    assert [built.done["cached"] for built in again] == [4, 4]
    assert root_machine.run("jarbuild", "cache", "verify").stdout == "the cache is sound\n"


def test_the_size_holds_after_a_build(root_machine: Machine) -> None:
    """A result larger than that is in the home, not in the cache, and the build says so."""
    project = make_project(root_machine, "large")
    (project / "JFile").write_text("RUN head -c 300000 /dev/urandom > large\n")
    small = {"JARBUILD_CACHE_MAX_SIZE": "200kB"}
    first = build(root_machine, project, env=small)
    again = build(root_machine, project, env=small)
    reasons = [step["reason"] for step in again.events[0]["steps"]]
    used = json.loads(root_machine.run("jarbuild", "cache", "du", "--format", "json").stdout)

    assert (first.code, again.code) == (0, 0)
    assert "the result of line 1 (30" in first.err and "was not kept" in first.err
    assert (again.done["ran"], reasons) == (1, ["not in the cache"])
    assert used["total"] < 200_000


def make_project(machine: Machine, name: str) -> Path:
    folder = machine.home / name
    folder.mkdir()
    (folder / "JFile").write_text(JFILE)
    (folder / "in.txt").write_text(name)
    machine.own(folder)
    return folder


def start(machine: Machine, project: Path) -> subprocess.Popen[bytes]:
    command = machine.command([str(machine.scripts / "jarbuild"), str(project), "-q"])
    return subprocess.Popen(
        command, cwd=machine.home, env=machine.clean_environment(), stdout=subprocess.DEVNULL
    )
