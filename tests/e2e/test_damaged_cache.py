"""A cache that was damaged behind our back: the next build succeeds by itself, and is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from builds import Build, build
from machines import Machine

JFILE = """\
COPY in.txt ./
RUN mkdir -p d/deep && sha256sum in.txt > d/deep/sum.txt
RUN cat d/deep/sum.txt > last.txt
"""


@pytest.fixture
def project(root_machine: Machine) -> Path:
    """A project that was built; what its RUNs made is then lost in the home."""
    folder = root_machine.home / "project"
    folder.mkdir()
    (folder / "JFile").write_text(JFILE)
    (folder / "in.txt").write_text("in\n")
    root_machine.own(folder)
    jar = build(root_machine, folder).done["jar"]
    root_machine.run("geniejars", "exec", jar, "rm", "-r", "d", "last.txt")
    return folder


def cache(machine: Machine) -> Path:
    top = machine.environment.get("XDG_CACHE_HOME") or str(machine.home / ".cache")
    return Path(top, "jarbuild/v1")


def plans(built: Build) -> list[list[str]]:
    """The reasons of each plan that was shown."""
    shown = [event for event in built.events if event["event"] == "plan"]
    return [[s["reason"] for s in plan["steps"] if s["status"] == "run"] for plan in shown]


def home_of(machine: Machine, built: Build) -> str:
    return machine.run(
        "geniejars", "exec", built.done["jar"], "cat", "d/deep/sum.txt", "last.txt"
    ).stdout


def test_a_layer_with_another_content(project: Path, root_machine: Machine) -> None:
    """The agent notices while it restores; a new plan is shown, and executed."""
    for tar in (cache(root_machine) / "layers").glob("*.tar"):
        tar.write_bytes(tar.read_bytes().replace(b"  in.txt", b"  IN.txt"))
    built = build(root_machine, project)

    assert built.code == 0, (built.done, built.err)
    assert plans(built) == [[], ["cache entry damaged", "follows line 2"]]
    assert home_of(root_machine, built).count("  in.txt") == 2


def test_verify(project: Path, root_machine: Machine) -> None:
    """Nothing would have read the layers: --verify does, lists what is wrong, and exits 1."""
    build(root_machine, project)
    for tar in (cache(root_machine) / "layers").glob("*.tar"):
        tar.write_bytes(tar.read_bytes().replace(b"  in.txt", b"  IN.txt"))
    found = build(root_machine, project, "--verify")
    again = build(root_machine, project, "--verify")

    assert (found.code, found.done["error"]["code"]) == (1, "not-as-planned")
    assert "not as planned: cache: " in found.done["error"]["message"]
    assert {difference["where"] for difference in found.done["differences"]} == {"cache"}
    assert (again.code, again.done["ran"], again.done["differences"]) == (0, 2, [])


def test_folders_that_are_lost(project: Path, root_machine: Machine) -> None:
    """Those of the home's old tree as well: its agent knows them."""
    (project / "in.txt").write_text("new\n")
    for file in (cache(root_machine) / "objects").glob("??/*"):
        file.unlink()
    built = build(root_machine, project)

    assert built.code == 0, (built.done, built.err)
    assert home_of(root_machine, built).count("  in.txt") == 2
