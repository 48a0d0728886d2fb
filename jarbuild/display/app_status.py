"""What is known of a jar's app, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import asdict

from geniejars import AgentStatus, AppHealth
from jarbuild.display.quantities import counted, seconds

MOST_OUTPUT_LINES = 5
"""Of a health check, for people."""


def status_lines(jar: str, status: AgentStatus, now: float) -> Iterator[str]:
    yield f"{jar}: {', '.join(_facts(status, now))}"
    if status.health is not None:
        yield from (f"  {line}" for line in health_lines(status.health, now))


def health_lines(health: AppHealth, now: float) -> Iterator[str]:
    """What the last check has found; nothing where there was none yet."""
    if health.checked is None:
        return
    ago = seconds(max(0.0, now - health.checked))
    how = "not done in time" if health.exit is None else f"exit code {health.exit}"
    yield f"last health check, {ago} ago: {how}"
    yield from (f"  {line}" for line in health.output.splitlines()[:MOST_OUTPUT_LINES])


def _facts(status: AgentStatus, now: float) -> Iterator[str]:
    if status.running and status.started is not None:
        yield f"running (pid {status.pid}) for {seconds(max(0.0, now - status.started))}"
        if status.health is not None:
            yield _health(status)
        yield f"{counted(status.processes, 'process', 'processes')} in the jar"
    elif status.restart_in is not None:
        yield f"stopped, starts again in {seconds(status.restart_in)}"
    elif status.lost:
        yield "stopped, ended together with its agent"
    else:
        yield "stopped"
    yield from _past(status)


def _health(status: AgentStatus) -> str:
    assert status.health is not None
    state, failing = status.health.state, status.health.failing
    return state if failing == 0 else f"{state} ({counted(failing, 'failed check')} in a row)"


def _past(status: AgentStatus) -> Iterator[str]:
    if status.exit is not None:
        yield f"last exit code {status.exit}"
    if status.restarts:
        yield f"restarted {counted(status.restarts, 'time')}"
    if status.gave_up:
        yield "given up"


def status_as_object(jar: str, status: AgentStatus, now: float) -> dict[str, Any]:
    """The names of the ancestor's `status` first."""
    health = status.health
    return {
        "jar": jar,
        "running": status.running,
        "pid": status.pid,
        "started": status.started,
        "uptime": None if status.started is None else max(0.0, now - status.started),
        "exit": status.exit,
        "ended": status.ended,
        "restarts": status.restarts,
        "restartIn": status.restart_in,
        "gaveUp": status.gave_up,
        "lost": status.lost,
        "health": None if health is None else asdict(health),
        "processes": status.processes,
    }
