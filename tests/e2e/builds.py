"""What a build said, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machines import Machine


@dataclass(frozen=True)
class Build:
    """The JSON events of one build and its exit code."""

    code: int
    events: list[dict[str, Any]]
    err: str

    @property
    def done(self) -> dict[str, Any]:
        """The last event, which every build has."""
        last = self.events[-1]
        assert last["event"] == "done", (self.events, self.err)
        return last

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """(directive, status) of every step, in order."""
        return [(e["directive"], e["status"]) for e in self.events if e["event"] == "step"]

    @property
    def executed(self) -> list[str]:
        """The directives that really ran."""
        return [directive for directive, status in self.statuses if status in ("ran", "failed")]

    @property
    def output(self) -> str:
        return "".join(e["text"] for e in self.events if e["event"] == "output")


def build(
    machine: Machine, project: Path, *options: str, env: Mapping[str, str] | None = None
) -> Build:
    """`jarbuild PROJECT --progress json`."""
    result = machine.run("jarbuild", project, "--progress", "json", *options, env=env)
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert events, result.stderr
    return Build(result.returncode, events, result.stderr)


def plan(
    machine: Machine, project: Path, *options: str, env: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """`jarbuild PROJECT --plan --format json`."""
    result = machine.run("jarbuild", project, "--plan", "--format", "json", *options, env=env)
    assert result.returncode == 0, result.stderr + result.stdout
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def status(machine: Machine) -> dict[str, Any]:
    """`geniejars status --json`."""
    parsed: dict[str, Any] = json.loads(machine.run("geniejars", "status", "--json").stdout)
    return parsed


def ports(machine: Machine, jar: str) -> list[int]:
    found: list[int] = status(machine)["pool"][jar]["ports"]
    return found
