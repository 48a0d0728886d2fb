"""What a build has come to so far: counts, and the time the cache saved."""

from __future__ import annotations

import os
from collections import Counter

from attrs import define, field

from geniejars import Done, Event, Finished, Plan, Planned, Step
from jarbuild.display.controls import escaped
from jarbuild.display.quantities import counted, seconds

SHOWN_PATHS = 3


@define
class Tally:
    """Fed with every event; a new plan starts it anew."""

    plan: Plan | None = None
    done: Done | None = None
    _outcomes: Counter[str] = field(factory=Counter, init=False)
    _saved: float = field(default=0.0, init=False)

    def see(self, event: Event) -> None:
        if isinstance(event, Planned):
            self.plan = event.plan
            self._outcomes.clear()
            self._saved = 0.0
        elif isinstance(event, Finished):
            self._outcomes[event.outcome] += 1
            if event.outcome in ("cached", "reused"):
                self._saved += self.step(event.index).seconds or 0.0
        elif isinstance(event, Done):
            self.done = event

    def step(self, index: int) -> Step:
        """The step of the plan that is being executed."""
        assert self.plan is not None, "the runner tells the plan first"
        return self.plan.steps[index - 1]

    def count(self, outcome: str) -> int:
        return self._outcomes[outcome]

    def summary(self) -> str:
        """`3 ran, 9 cached, saved 41 s`."""
        counts = [f"{self.count('ran')} ran", f"{self.count('cached')} cached"]
        if self.count("reused"):
            counts.append(f"{self.count('reused')} reused")
        if self._saved >= 0.1:
            counts.append(f"saved {seconds(self._saved)}")
        return ", ".join(counts)

    def closing(self) -> list[str]:
        """The lines that end a build that succeeded."""
        assert self.done is not None, "asked for only when it is there"
        return [
            built(self.done),
            f"{self.summary()}, {seconds(self.done.seconds)} in all",
            *_restored(self.done),
            *_backed_up(self.done),
            *_verified(self.done),
        ]


def built(done: Done) -> str:
    """`Built: gjar001 (myapp_1)`, as geniejars has always said it."""
    return f"Built: {done.jar}" + (f" ({done.alias})" if done.alias else "")


def _restored(done: Done) -> list[str]:
    if not done.restored:
        return []
    return [f"{counted(done.restored, 'entry', 'entries')} of the home had been changed: put right"]


def _backed_up(done: Done) -> list[str]:
    if not done.backed_up:
        return []
    shown = ", ".join(escaped(os.fspath(p)) for p in done.backed_up[:SHOWN_PATHS])
    more = len(done.backed_up) - SHOWN_PATHS
    return [f"kept in the backup folder: {shown}" + (f" and {more} more" if more > 0 else "")]


def _verified(done: Done) -> list[str]:
    if done.differences is None:
        return []
    return list(map(escaped, map(str, done.differences))) or ["verified: all is as planned"]
