"""What the runner tells while it executes a plan: frozen facts, in the order they happened."""

from __future__ import annotations

from typing import Literal

from attrs import Factory, frozen

from geniejars.plan import Plan

Outcome = Literal["cached", "ran", "reused", "failed", "skipped"]
Stream = Literal["stdout", "stderr"]


@frozen
class Planned:
    """A plan about to be executed; a second one follows where the first had to be remade."""

    plan: Plan


@frozen
class Waiting:
    """Somebody else holds what is needed next, e.g. another build of the same jar."""

    what: str


@frozen
class Started:
    """A step that really executes begins."""

    index: int


@frozen
class Output:
    """Bytes a RUN wrote, as they came."""

    index: int
    stream: Stream
    data: bytes


@frozen
class Finished:
    """The one event that every step of a plan gets. `exit` is a RUN's exit code, else None."""

    index: int
    outcome: Outcome
    seconds: float
    reason: str
    exit: int | None = None


@frozen
class Transferred:
    """How far a large copy or restore has come, in bytes."""

    done: int
    total: int


@frozen
class Difference:
    """Something that is not what a plan says, where `--verify` has read it again."""

    where: Literal["home", "root", "cache"]
    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.path} {self.problem}"


@frozen
class Done:
    """The end of a build that succeeded; `differences` is None where nothing was verified."""

    jar: str
    alias: str | None
    home: str
    tree: str
    ran: int
    cached: int
    reused: int
    restored: int
    seconds: float
    backed_up: tuple[str, ...] = Factory(tuple)
    differences: tuple[Difference, ...] | None = None


Event = Planned | Waiting | Started | Output | Finished | Transferred | Done
