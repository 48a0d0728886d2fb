"""A jar's CMD as its main process sees it.

state      event                        next
down       start                        running
running    ended, policy wants it       waiting
running    ended otherwise, stop        down
waiting    its time has come            running
waiting    stop                         down
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from genieagent.applog import LogWriter
from genieagent.apprecord import AppRecord, read_record, write_record
from genieagent.children import fork_child
from genieagent.failures import RequestFailedError
from genieagent.health import Check
from genieagent.healthwatch import HealthWatch
from genieagent.layout import Layout
from genieagent.program import NOT_EXECUTABLE, Confine, Program, signal_named
from genieagent.restarts import Policy, Restarts
from genieagent.supervisor import supervise
from genieagent.wire import Channel, Message


@dataclass(frozen=True)
class Assignment:
    """What a `start` has asked for; it holds until CMD is down for good.

    `copies` are the writing ends of pipes for an attached reader, or nothing.
    """

    program: Program
    stop_signal: int
    policy: Policy
    check: Check | None
    copies: tuple[int, ...]

    @classmethod
    def of(cls, request: Message, layout: Layout, copies: Iterable[int]) -> Assignment:
        """Raises RequestFailedError for a signal that does not exist."""
        return cls(
            Program.of(request, layout),
            signal_named(request["stop_signal"]),
            Policy(**request["restart"]),
            None if request["health"] is None else Check.of(request["health"]),
            tuple(copies),
        )


@dataclass
class Running:
    """`started` is in seconds since the epoch, `began` and `kill_at` are the clock's."""

    supervisor: int
    pid: int
    watch: HealthWatch | None
    started: float = field(default_factory=time.time)
    began: float = field(default_factory=time.monotonic)
    is_stopping: bool = False
    kill_at: float | None = None


class App:
    """`record` is what is to be known of it later."""

    def __init__(self, layout: Layout, confine: Confine):
        self.running: Running | None = None
        self.record = read_record(layout.log.parent).without_agent
        self._layout = layout
        self._confine = confine
        self._assignment: Assignment | None = None  # None: down
        self._restarts = Restarts()
        self._restart_at: float | None = None  # not None: waiting
        self._attached: list[Channel] = []
        self._stopping: list[Channel] = []

    @property
    def is_down(self) -> bool:
        return self._assignment is None

    @property
    def processes(self) -> set[int]:
        """Ours, that look after CMD."""
        if self.running is None:
            return set()
        prober = self.running.watch.prober if self.running.watch else None
        return {self.running.supervisor} | ({prober} if prober else set())

    def status(self) -> dict[str, Any]:
        running, record = self.running, self.record
        watch = running.watch if running else None
        waits = None if self._restart_at is None else self._restart_at - time.monotonic()
        return {
            "running": running is not None,
            "pid": running.pid if running else None,
            "started": running.started if running else None,
            "exit": record.exit,
            "ended": record.ended,
            "restarts": record.restarts,
            "restart_in": None if waits is None else max(0.0, waits),
            "gave_up": record.gave_up,
            "lost": record.lost,
            "health": watch.health.to_wire() if watch else None,
        }

    def start(self, request: Message, asker: Channel) -> None:
        """Raises RequestFailedError, OSError."""
        self._refuse_second()
        copies = [os.pipe(), os.pipe()] if request["attach"] else []
        readers, writers = [reader for reader, _ in copies], [writer for _, writer in copies]
        try:
            self._restarts = Restarts()
            self._run(Assignment.of(request, self._layout, writers))
            self._tell_started(asker, readers)
        finally:
            _close(readers)
            if self.is_down:
                _close(writers)

    def stop(self, request: Message, asker: Channel) -> None:
        """Raises RequestFailedError."""
        if self.is_down:
            raise RequestFailedError("not-running", "the app does not run")
        self._stopping.append(asker)
        if self.running is None:
            self._go_down(self.record.exit or 0)
            return
        self.running.is_stopping = True
        self.running.kill_at = time.monotonic() + request["grace"]
        with suppress(ProcessLookupError):
            assert self._assignment is not None
            os.killpg(self.running.pid, self._assignment.stop_signal)

    def seconds_to_act(self) -> float | None:
        """Until `act_if_due` has something to do; None: not by itself."""
        due = [self._restart_at]
        if self.running:
            due += [self.running.kill_at, self.running.watch.due if self.running.watch else None]
        first = min((at for at in due if at is not None), default=None)
        return None if first is None else max(0.0, first - time.monotonic())

    def act_if_due(self) -> None:
        now = time.monotonic()
        if self._restart_at is not None and now >= self._restart_at:
            self._start_again()
        if self.running and self.running.kill_at is not None and now >= self.running.kill_at:
            os.kill(self.running.supervisor, signal.SIGTERM)
            self.running.kill_at = None
        if self.running and self.running.watch:
            self.running.watch.check_if_due()

    def forget(self, asker: Channel) -> None:
        """Nobody listens there any more."""
        for askers in (self._attached, self._stopping):
            if asker in askers:
                askers.remove(asker)

    def note_end(self, pid: int, code: int) -> None:
        """A child of the main process has ended. A supervisor's exit code is CMD's own."""
        if self.running is None:
            return
        if pid == self.running.supervisor:
            self._settle(code)
        elif self.running.watch and pid == self.running.watch.prober:
            self.running.watch.note_end()

    def abandon(self) -> None:
        """The whole jar ends, and CMD was killed with it."""
        if not self.is_down:
            self._write(AppRecord(exit=128 + signal.SIGKILL, ended=time.time()))

    def _refuse_second(self) -> None:
        if self.running:
            raise RequestFailedError("running", f"the app runs already (pid {self.running.pid})")
        if not self.is_down:
            raise RequestFailedError("running", "the app has ended and is about to start again")

    def _run(self, assignment: Assignment) -> None:
        """Raises RequestFailedError."""
        supervisor, pid = self._fork(assignment)
        self._assignment = assignment
        watch = None
        if assignment.check is not None:
            watch = HealthWatch(assignment.check, assignment.program, self._layout, self._confine)
        self.running = Running(supervisor, pid, watch)
        self._write(AppRecord(True, self.record.exit, self.record.ended, self._restarts.count))

    def _start_again(self) -> None:
        assert self._assignment is not None
        self._restart_at = None
        try:
            self._run(self._assignment)
        except (RequestFailedError, OSError) as error:
            self._log(f"the app cannot be started: {error}")
            self._go_on_after(NOT_EXECUTABLE, 0.0)

    def _settle(self, code: int) -> None:
        assert self.running is not None
        ended, self.running = self.running, None
        if ended.watch:
            ended.watch.end()
        if ended.is_stopping:
            self._go_down(code)
        else:
            self._go_on_after(code, time.monotonic() - ended.began)

    def _go_on_after(self, code: int, seconds: float) -> None:
        """A run has ended that nobody has asked to."""
        assert self._assignment is not None
        self._restarts, again = self._restarts.after(self._assignment.policy, code, seconds)
        count, delay = self._restarts.count, self._restarts.delay
        if again:
            self._log(f"the app ended with exit code {code}; restart {count} in {delay:g} s")
            self._restart_at = time.monotonic() + delay
            self._write(AppRecord(True, code, time.time(), count))
            return
        if self._restarts.gave_up:
            self._log(f"the app ended with exit code {code}; given up (restarts: {count})")
        self._go_down(code)

    def _go_down(self, code: int) -> None:
        assert self._assignment is not None
        _close(self._assignment.copies)
        self._assignment = self._restart_at = None
        count, gave_up = self._restarts.count, self._restarts.gave_up
        self._write(AppRecord(False, code, time.time(), count, gave_up))
        for asker in self._attached:
            tell(asker, "exited", code=code)
        for asker in self._stopping:
            tell(asker, "stopped", code=code)
        self._attached, self._stopping = [], []

    def _tell_started(self, asker: Channel, readers: list[int]) -> None:
        assert self.running is not None
        asker.send("started", readers, pid=self.running.pid)
        if readers:
            self._attached.append(asker)
        else:
            asker.send("done")

    def _fork(self, assignment: Assignment) -> tuple[int, int]:
        """The pids of the supervisor and of the CMD."""
        reader, writer = os.pipe()
        supervisor = fork_child(
            lambda: self._supervise(assignment, writer), keep=(*assignment.copies, writer)
        )
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            word, _, rest = pipe.read().decode(errors="replace").partition(" ")
        if word != "pid":
            os.waitpid(supervisor, 0)
            raise RequestFailedError(word or "machine", rest or "the app's supervisor has died")
        return supervisor, int(rest)

    def _supervise(self, assignment: Assignment, report: int) -> None:
        copies = assignment.copies
        os._exit(supervise(assignment.program, self._layout, self._confine, copies, report))

    def _write(self, record: AppRecord) -> None:
        """A full disk must not stop an app."""
        self.record = record
        with suppress(OSError):
            write_record(self._layout.log.parent, record)

    def _log(self, text: str) -> None:
        log = LogWriter(self._layout.log)
        log.append(f"jar: {text}\n".encode())
        log.close()


def _close(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def tell(asker: Channel, type: str, descriptors: Sequence[int] = (), **fields: Any) -> None:
    """What nobody waits for any more is not said."""
    with suppress(OSError):
        asker.send(type, descriptors, **fields)
