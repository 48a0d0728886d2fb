"""What the programs print for programs is what the published schemas say, no more and no less."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builds import build
from machines import Machine
from schemas import complaints

JFILE = """\
TAG told
WORKDIR app
INCLUDE part.jfile
COPY note.txt ./
PERSIST data
ENV A=b
IMPORT TOKEN
ADDPATH /usr/bin
RUN echo out; echo err >&2; exit $(cat note.txt)
HEALTHCHECK --interval=5s CMD true
STOPSIGNAL INT
CMD sleep 100
"""


@pytest.fixture
def project(root_machine: Machine) -> Path:
    folder = root_machine.home / "told"
    folder.mkdir()
    (folder / "JFile").write_text(JFILE)
    (folder / "part.jfile").write_text("RUN echo part > part\n")
    (folder / "note.txt").write_text("0\n")
    (folder / "bad.jfile").write_text('ENV A="b"\nWORKDIR $HOME/x\nRNU x\n')
    root_machine.own(folder)
    root_machine.environment["TOKEN"] = "a secret"  # noqa: S105
    return folder


def test_build(root_machine: Machine, project: Path) -> None:
    """Events of builds that succeed, do nothing and fail."""
    first, second = build(root_machine, project), build(root_machine, project)
    (project / "note.txt").write_text("3\n")
    failed = build(root_machine, project)
    nothing = build(root_machine, project / "nothing")

    events = [*first.events, *second.events, *failed.events, *nothing.events]
    assert [c for event in events for c in complaints("progress", event)] == []
    assert {e["event"] for e in events} == {"plan", "start", "output", "step", "done"}
    assert {status for _, status in [*second.statuses, *failed.statuses]} >= {"cached", "failed"}


def test_questions(root_machine: Machine, project: Path) -> None:
    """Plans, findings, states and differences."""
    build(root_machine, project)
    root_machine.run(
        "geniejars", "exec", "told_1", "echo more > app/part; rm app/note.txt; touch new"
    )

    shared = root_machine.run("geniejars", "share", "--json", project, "told_1")

    def ask(*words: str | Path) -> object:
        return json.loads(root_machine.run(*words).stdout)

    assert complaints("plan", ask("jarbuild", project, "--plan", "--format", "json")) == []
    wrong = project / "bad.jfile"
    assert complaints("plan", ask("jarbuild", wrong, "--plan", "--format", "json")) == []
    assert complaints("lint", ask("jarbuild", "lint", wrong, "--format", "json")) == []
    assert complaints("share", json.loads(shared.stdout)) == []
    assert complaints("sys-status", ask("geniejars", "sys", "status", "--json")) == []
    assert complaints("status", ask("geniejars", "status", "--json")) == []
    assert complaints("diff", ask("geniejars", "diff", "--json", "told_1")) == []
    assert complaints("diff", ask("geniejars", "diff", "--json", "--content", "told_1")) == []
    assert complaints("reset", ask("geniejars", "reset", "--json", "--dry-run", "told_1")) == []
    assert complaints("reset", ask("geniejars", "reset", "--json", "told_1")) == []


def test_app(root_machine: Machine, project: Path) -> None:
    """An app that runs, and one that does not."""
    build(root_machine, project)

    def status() -> object:
        return json.loads(root_machine.run("geniejars", "app", "status", "--json", "told_1").stdout)

    assert complaints("app", status()) == []
    root_machine.run("geniejars", "app", "up", "-n", "told_1")
    assert complaints("app", status()) == []
