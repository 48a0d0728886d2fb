"""Builds of a jar that somebody lives in, in every situation."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from builds import build
from machines import Machine

JFILE = "COPY page page\nRUN cat page > made\n{run}CMD {cmd}\n"
SERVE = "echo up >> started; exec sleep 100"


@pytest.fixture
def project(machine: Machine) -> Path:
    folder = machine.home / "app"
    folder.mkdir()
    (folder / "page").write_text("1")
    write(folder)
    machine.own(folder)
    return folder


def write(folder: Path, run: str = "") -> None:
    (folder / "JFile").write_text(JFILE.format(run=run, cmd=SERVE))


def read(machine: Machine, jar: str, name: str) -> str:
    return machine.run("geniejars", "exec", jar, "cat", name).stdout


def wait_for_starts(machine: Machine, jar: str, count: int) -> None:
    deadline = time.monotonic() + 60
    while read(machine, jar, "started").count("up") < count:
        assert time.monotonic() < deadline, machine.run("geniejars", "app", "status", jar).stdout
        time.sleep(0.1)


def test_restart(machine: Machine, project: Path) -> None:
    """An app is not pulled away from under its users; --restart ends it and starts it again, also
    where the build fails, and what it has written stays."""
    jar = build(machine, project, "--up").done["jar"]
    wait_for_starts(machine, jar, 1)
    write(project, "RUN echo 2 > second\n")
    refused = build(machine, project)
    write(project, "RUN false\n")
    failed = build(machine, project, "--restart")
    write(project, "RUN echo 2 > second\n")
    rebuilt = build(machine, project, "--restart")
    wait_for_starts(machine, jar, 2)

    assert refused.code == 1
    assert refused.done["error"]["code"] == "in-use"
    assert "the app" in refused.done["error"]["message"]
    assert (failed.code, rebuilt.code) == (1, 0)
    assert read(machine, jar, "second") == "2\n"
    assert "running" in machine.run("geniejars", "app", "status", jar).stdout


def test_what_was_changed_by_hand(machine: Machine, project: Path) -> None:
    """Built files are put back and what was there is kept and named; the rest stays."""
    jar = build(machine, project).done["jar"]
    script = "echo mine > made; echo mine > own; rm page; chmod 700 ."
    machine.run("geniejars", "exec", jar, "sh", "-c", script)
    built = build(machine, project)

    assert built.done["restored"] == 2
    assert built.done["backedUp"] == ["made"]
    assert [read(machine, jar, name) for name in ("page", "made", "own")] == ["1", "1", "mine\n"]
