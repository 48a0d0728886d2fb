"""Whether an app is healthy, by Docker's rules. Values only: nothing is run here.

A check that fails does not count while the app is starting, within its start period; as many in
a row as `retries` says make it unhealthy, and one that succeeds makes it healthy at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

HealthState = Literal["starting", "healthy", "unhealthy"]

MAX_OUTPUT = 4096
"""Bytes that are kept of what a check writes, as Docker keeps them."""


@dataclass(frozen=True)
class Check:
    """HEALTHCHECK; times in seconds."""

    argv: tuple[str, ...]
    interval: float
    timeout: float
    start_period: float
    retries: int

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Check:
        """As a `start` message has it."""
        return cls(**{**fields, "argv": tuple(fields["argv"])})


@dataclass(frozen=True)
class Finding:
    """What one check has found; `exit` None where it was not done in time."""

    exit: int | None
    output: str


@dataclass(frozen=True)
class Health:
    """`failing`: failed checks in a row; `checked` in seconds since the epoch."""

    state: HealthState = "starting"
    failing: int = 0
    checked: float | None = None
    last: Finding | None = None

    def after(self, check: Check, finding: Finding, now: float, seconds_up: float) -> Health:
        """`seconds_up`: how long the app had been running when the check began."""
        if finding.exit == 0:
            return Health("healthy", 0, now, finding)
        if self.state == "starting" and seconds_up < check.start_period:
            return Health("starting", self.failing, now, finding)
        failing = self.failing + 1
        state: HealthState = "unhealthy" if failing >= check.retries else self.state
        return Health(state, failing, now, finding)

    def to_wire(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "failing": self.failing,
            "checked": self.checked,
            "exit": self.last.exit if self.last else None,
            "output": self.last.output if self.last else "",
        }
