"""Whether a CMD that has ended is started again, and after how long. Values only: no clock here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

When = Literal["no", "on-failure", "always"]

FIRST_DELAY, LONGEST_DELAY = 0.1, 60.0
"""Seconds; each delay is twice the one before, as with Docker's restart policies."""

STEADY_SECONDS = 10.0
"""A run this long was no failed start: the next delay is the first one again (Docker, too)."""

BURST = 10
"""So many shorter runs in a row are enough: the next would fail as well (systemd's start limit).
With the delays that is a minute and a half, in which a database that it needs may come up."""


@dataclass(frozen=True)
class Policy:
    """`limit`: how often at most; None is as often as need be."""

    when: When = "no"
    limit: int | None = None

    @classmethod
    def parse(cls, text: str) -> Policy:
        """`no`, `always`, `on-failure` or `on-failure:N`; raises ValueError."""
        match text.split(":"):
            case ["no" | "always" | "on-failure" as when]:
                return cls(when)
            case ["on-failure", limit] if limit.isascii() and limit.isdigit() and int(limit) > 0:
                return cls("on-failure", int(limit))
        raise ValueError(text)

    def __str__(self) -> str:
        return self.when if self.limit is None else f"{self.when}:{self.limit}"

    def wants_more_after(self, code: int) -> bool:
        return self.when == "always" or (self.when == "on-failure" and code != 0)


@dataclass(frozen=True)
class Restarts:
    """Since somebody has started it: how often it was started again, how many runs in a row were
    short, and whether that was given up."""

    count: int = 0
    short_runs: int = 0
    gave_up: bool = False

    @property
    def delay(self) -> float:
        """Seconds to wait before the next start."""
        doubled: float = FIRST_DELAY * 2 ** max(0, self.short_runs - 1)
        return min(doubled, LONGEST_DELAY)

    def after(self, policy: Policy, code: int, seconds: float) -> tuple[Restarts, bool]:
        """A run of so many seconds has ended: what holds now, and whether to start it again."""
        short_runs = 0 if seconds >= STEADY_SECONDS else self.short_runs + 1
        if not policy.wants_more_after(code):
            return Restarts(self.count, short_runs), False
        if short_runs >= BURST or self.count == policy.limit:
            return Restarts(self.count, short_runs, gave_up=True), False
        return Restarts(self.count + 1, short_runs), True
