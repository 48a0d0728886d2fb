"""`geniejars setup` and `uninstall` as typed: who may, what is asked, what is printed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from geniejars import VERSION, PoolReport, Situation

STEPS = ("make group x (1)", "make user x (1), home /x, no login")
COMMANDS = "jarbuild.commands.jars"


class Terminal(io.StringIO):
    """Somebody who has typed a line."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As root, on a machine that only remembers what was done to it."""
    done: list[str] = []

    def change(steps: tuple[str, ...], on_step: Callable[[str], None]) -> None:
        for step in steps:
            on_step(step)
            done.append(step)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.delenv("SUDO_USER", raising=False)
    for command, plan in (("setup", "pool_setup"), ("uninstall", "pool_removal")):
        monkeypatch.setattr(f"{COMMANDS}.{command}.{plan}", lambda config: STEPS)
        monkeypatch.setattr(f"{COMMANDS}.{command}.change_machine", change)
    monkeypatch.setattr(f"{COMMANDS}.uninstall.allocated_jars", lambda config: ("jar002",))
    return done


CONFIG = {"geniejars.config.json": json.dumps({"homeBase": "/x/jars", "managerUser": "daemon"})}


@pytest.mark.parametrize("command", ["setup", "uninstall"])
def test_only_root(command: str, project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The help is the whole command."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    said = project(CONFIG).jars(command)

    assert (said.exit, f"sudo geniejars {command}" in said.err) == (2, True)


@pytest.mark.parametrize("command", ["setup", "uninstall"])
def test_no_config(command: str, project, done: list[str]) -> None:
    """Nobody gets a pool by default."""
    said = project({}).jars(command)

    assert (said.exit, "geniejars preconfig" in said.err, done) == (2, True, [])


def test_whose_pool(project, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Under sudo root is not meant, unless the config says so."""
    monkeypatch.setenv("SUDO_USER", "ann")
    here = project({"geniejars.config.json": '{"managerUser": "root"}'})
    said = here.jars("setup")

    assert (said.exit, '"managerUser": "ann"' in said.err, done) == (2, True, [])


@pytest.mark.parametrize("command", ["setup", "uninstall"])
def test_a_dry_run_only_prints(command: str, project, done: list[str]) -> None:
    """Each step, in order."""
    said = project(CONFIG).jars(command, "--dry-run")

    assert said.out == "".join(f"would {step}\n" for step in STEPS)
    assert done == []


def test_setup_says_what_comes_next(project, done: list[str]) -> None:
    """Steps as they are done, then the group that takes a new login."""
    said = project(CONFIG).jars("setup")

    assert said.out.startswith("\n".join(STEPS))
    assert "newgrp " in said.out
    assert tuple(done) == STEPS


@pytest.mark.parametrize(
    "answer, is_done",
    [
        pytest.param("y\n", True, id="yes"),
        pytest.param("\n", False, id="enter"),
        pytest.param("", False, id="end-of-input"),
    ],
)
def test_uninstall_asks(
    answer: str, is_done: bool, project, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before homes are deleted, naming those in use; no answer is a no."""
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    said = project(CONFIG).jars("uninstall")

    assert "Delete the homes in /x/jars (jar002 in use)? [y/N]" in said.err
    assert (bool(done), said.exit) == (is_done, 0 if is_done else 1)


def test_uninstall_without_anybody_to_ask(
    project, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script says --yes."""
    here = project(CONFIG)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    refused = here.jars("uninstall")
    allowed = here.jars("uninstall", "--yes")

    assert (refused.exit, "--yes" in refused.err) == (2, True)
    assert (allowed.exit, tuple(done)) == (0, STEPS)


def test_doctor_reports_a_pool(project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is wrong comes with what to do."""
    report = PoolReport("gjar", "0.0.9", 4, 5, False, "active", (("it is old", "do this"),))
    monkeypatch.setattr(f"{COMMANDS}.doctor.pool_report", lambda config: report)
    monkeypatch.setattr(f"{COMMANDS}.doctor.find_situation", lambda config: Situation("full", ()))
    here = project({})
    lines = here.jars("doctor", "--quick").out.splitlines()
    pool = json.loads(here.jars("doctor", "--quick", "--json").out)["pool"]

    assert lines[:5] == [
        "pool:      gjar, set up by jarbuild 0.0.9",
        "  users:   4 of 5",
        "  sudo:    refuses",
        "  unit:    active",
        "  wrong:   it is old; do this",
    ]
    assert pool["complaints"] == ["it is old"]
    assert VERSION not in lines[0]
