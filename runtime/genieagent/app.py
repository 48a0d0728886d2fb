"""A jar's CMD as its main process sees it: not running, running, or being stopped."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from genieagent.children import fork_child
from genieagent.failures import RequestFailedError
from genieagent.layout import Layout
from genieagent.program import Confine, Program, signal_named
from genieagent.supervisor import supervise
from genieagent.wire import Channel, Message


@dataclass
class Running:
    """`kill_at` is set once it has been asked to end."""

    supervisor: int
    pid: int
    started: float
    stop_signal: int
    attached: list[Channel] = field(default_factory=list)
    stopping: list[Channel] = field(default_factory=list)
    kill_at: float | None = None


class App:
    """`exit` is how the last one ended, None before that."""

    def __init__(self, layout: Layout, confine: Confine):
        self.running: Running | None = None
        self.exit: int | None = None
        self._layout = layout
        self._confine = confine

    def start(self, request: Message, asker: Channel) -> None:
        """Raises RequestFailedError, OSError."""
        if self.running:
            raise RequestFailedError("running", f"the app runs already (pid {self.running.pid})")
        stop_signal = signal_named(request["stop_signal"])
        copies = [os.pipe(), os.pipe()] if request["attach"] else []
        try:
            writers = [writer for _, writer in copies]
            supervisor, pid = self._fork(Program.of(request, self._layout), writers)
            self.running = Running(supervisor, pid, time.time(), stop_signal)
            self._tell_started(asker, [reader for reader, _ in copies])
        finally:
            for end in (end for pipe in copies for end in pipe):
                os.close(end)

    def stop(self, request: Message, asker: Channel) -> None:
        """Raises RequestFailedError."""
        if self.running is None:
            raise RequestFailedError("not-running", "the app does not run")
        self.running.stopping.append(asker)
        self.running.kill_at = time.monotonic() + request["grace"]
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, self.running.stop_signal)

    def seconds_to_kill(self) -> float | None:
        if self.running is None or self.running.kill_at is None:
            return None
        return max(0.0, self.running.kill_at - time.monotonic())

    def kill_if_due(self) -> None:
        if self.running and self.seconds_to_kill() == 0.0:
            os.kill(self.running.supervisor, signal.SIGTERM)
            self.running.kill_at = None

    def forget(self, asker: Channel) -> None:
        """Nobody listens there any more."""
        for askers in (self.running.attached, self.running.stopping) if self.running else ():
            if asker in askers:
                askers.remove(asker)

    def note_end(self, code: int) -> None:
        """Its supervisor has ended, with the CMD's own exit code."""
        assert self.running is not None
        ended, self.running, self.exit = self.running, None, code
        for asker in ended.attached:
            tell(asker, "exited", code=code)
        for asker in ended.stopping:
            tell(asker, "stopped", code=code)

    def _tell_started(self, asker: Channel, readers: list[int]) -> None:
        assert self.running is not None
        asker.send("started", readers, pid=self.running.pid)
        if readers:
            self.running.attached.append(asker)
        else:
            asker.send("done")

    def _fork(self, program: Program, copies: list[int]) -> tuple[int, int]:
        """The pids of the supervisor and of the CMD."""
        reader, writer = os.pipe()
        supervisor = fork_child(
            lambda: self._supervise(program, copies, writer), keep=(*copies, writer)
        )
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            word, _, rest = pipe.read().decode(errors="replace").partition(" ")
        if word != "pid":
            os.waitpid(supervisor, 0)
            raise RequestFailedError(word or "machine", rest or "the app's supervisor has died")
        return supervisor, int(rest)

    def _supervise(self, program: Program, copies: list[int], report: int) -> None:
        os._exit(supervise(program, self._layout, self._confine, copies, report))


def tell(asker: Channel, type: str, **fields: Any) -> None:
    """What nobody waits for any more is not said."""
    with suppress(OSError):
        asker.send(type, **fields)
