"""The health of a running CMD: when it is checked next, and by which process."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace

from genieagent.children import fork_child
from genieagent.health import Check, Finding, Health
from genieagent.layout import Layout
from genieagent.probe import probe
from genieagent.program import Confine, Program


@dataclass
class HealthWatch:
    """From the start of a CMD to its end; `program` is CMD's, and the check runs as it does."""

    check: Check
    program: Program
    layout: Layout
    confine: Confine
    health: Health = field(default_factory=Health, init=False)
    prober: int | None = field(default=None, init=False)  # a process of ours
    _report: int = field(default=-1, init=False)
    _began: float = field(default_factory=time.monotonic, init=False)
    _checking_since: float = field(default=0.0, init=False)
    due: float | None = field(init=False)  # by the clock; None while one is under way

    def __post_init__(self) -> None:
        self.due = self._began + self.check.interval

    def check_if_due(self) -> None:
        if self.due is not None and time.monotonic() >= self.due:
            self._checking_since = time.monotonic()
            self._report, writer = os.pipe()
            self.prober = fork_child(lambda: self._probe(writer), keep=(writer,))
            os.close(writer)
            self.due = None

    def note_end(self) -> None:
        """The prober has ended; what it has found is in its pipe."""
        with os.fdopen(self._report, "rb") as report:
            said = report.read()
        self.prober, self.due = None, time.monotonic() + self.check.interval
        if said:
            seconds_up = self._checking_since - self._began
            finding = Finding(**json.loads(said))
            self.health = self.health.after(self.check, finding, time.time(), seconds_up)

    def end(self) -> None:
        """There is nothing to check any more."""
        if self.prober is not None:
            with suppress(ProcessLookupError):
                os.kill(self.prober, signal.SIGTERM)
            os.close(self._report)

    def _probe(self, report: int) -> None:
        program = replace(self.program, argv=self.check.argv)
        probe(program, self.check.timeout, self.layout, self.confine, report)
