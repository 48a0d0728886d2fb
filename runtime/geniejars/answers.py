"""What an agent answers, as frozen facts."""

from __future__ import annotations

from attrs import frozen

from genieagent.trees import Entry, Path, Tree


@frozen
class Session:
    """A command that runs in the jar beside its CMD."""

    pid: int
    argv: tuple[str, ...]
    tty: bool


@frozen
class AgentStatus:
    """`running`, `pid` and `started` (seconds since the epoch) are the CMD's; `exit` is how the
    last one ended; `processes` counts everything in the jar but the agent."""

    running: bool
    pid: int | None
    started: float | None
    exit: int | None
    sessions: tuple[Session, ...]
    processes: int


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
