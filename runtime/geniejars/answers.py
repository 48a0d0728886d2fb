"""What an agent answers, as frozen facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import frozen

from genieagent.trees import Entry, Path, Tree


@frozen
class Session:
    """A command that runs in the jar beside its CMD."""

    pid: int
    argv: tuple[str, ...]
    tty: bool


@frozen
class AppHealth:
    """`exit` and `output` are the last check's (None: it was not done in time), `checked` when
    that was, `failing` how many checks in a row have failed."""

    state: Literal["starting", "healthy", "unhealthy"]
    failing: int
    checked: float | None
    exit: int | None
    output: str


@frozen
class AgentStatus:
    """All but `sessions` and `processes` is about the CMD; times are seconds since the epoch.

    `exit` and `ended` tell of the last one that ended, `restarts` how often it was started again
    by itself, `restart_in` in how many seconds that happens next. `gave_up`: that was no use.
    `lost`: it ended with its agent. `processes` counts everything in the jar but the agent.
    """

    running: bool = False
    pid: int | None = None
    started: float | None = None
    exit: int | None = None
    ended: float | None = None
    restarts: int = 0
    restart_in: float | None = None
    gave_up: bool = False
    lost: bool = False
    health: AppHealth | None = None
    sessions: tuple[Session, ...] = ()
    processes: int = 0

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> AgentStatus:
        """As the agent's answer has it."""
        fields = {name: value for name, value in said.items() if name != "type"}
        health = said["health"]
        fields["health"] = None if health is None else AppHealth(**health)
        fields["sessions"] = tuple(
            Session(s["pid"], tuple(s["argv"]), s["tty"]) for s in said["sessions"]
        )
        return cls(**fields)

    @property
    def is_up(self) -> bool:
        """It runs, or is about to again."""
        return self.running or self.restart_in is not None


@frozen
class Drift:
    """A home beside its index: the tree it should be (None: no build has been here), and each
    built path that is not so, with what is there now."""

    tree: Tree | None
    entries: tuple[tuple[Path, Entry | None], ...]


@frozen
class Applied:
    """`backed_up`: paths whose own content went to the folder `backup` before they were changed."""

    backed_up: tuple[str, ...]
    backup: str | None
