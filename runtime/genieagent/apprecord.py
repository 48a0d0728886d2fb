"""What is known of a jar's CMD while no agent runs: a small file beside its log.

The agent writes it at every start and end; the manager, too, may read it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from genieagent.sealed import note_sealed, read_sealed
from genieagent.wire.checks import Check, flag, optional, record, seconds, whole

NAME = "app.json"
_READABLE = 0o640  # by the manager's group, as the log is


@dataclass(frozen=True)
class AppRecord:
    """`running` in a file whose agent is gone: that ended, and CMD with it."""

    running: bool = False
    exit: int | None = None  # how the last one ended
    ended: float | None = None  # when; seconds since the epoch
    restarts: int = 0
    gave_up: bool = False  # starting it again and again
    lost: bool = False  # it ended with its agent, nobody knows how

    @property
    def without_agent(self) -> AppRecord:
        """As things are when the agent that wrote this has gone."""
        return AppRecord(restarts=self.restarts, lost=True) if self.running else self


_CHECKS: dict[str, Check] = {
    "running": flag,
    "exit": optional(whole),
    "ended": optional(seconds),
    "restarts": whole,
    "gave_up": flag,
    "lost": flag,
}


def write_record(log_folder: Path, value: AppRecord) -> None:
    note_sealed(log_folder / NAME, asdict(value), _READABLE)


def read_record(log_folder: Path) -> AppRecord:
    """An empty one where there is none that can be read."""
    found: Any = read_sealed(log_folder / NAME)
    return AppRecord(**found) if record(_CHECKS)(found) else AppRecord()
