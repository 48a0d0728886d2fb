"""A command beside the CMD: started, attended to and ended completely."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass

from genieagent import cachemounts, offspring, plumbing, scratch, swap
from genieagent.bell import Bell
from genieagent.failures import RequestFailedError
from genieagent.layout import Layout
from genieagent.plumbing import Plumbing
from genieagent.program import Confine, Program, launch, signal_named
from genieagent.wire import Channel, Message, Received

END_SECONDS = 5.0
"""How long killed processes may take to be gone; only a stuck file system needs more."""


class ManagerGoneError(Exception):
    """The connection has ended; nobody waits for an answer."""


class StuckError(RequestFailedError):
    """Processes that even SIGKILL does not end: the whole jar has to."""

    def __init__(self) -> None:
        super().__init__("stuck", "processes do not end though they were killed; the jar ends now")


@dataclass(frozen=True)
class Runner:
    """Its process has adopted orphans, and has no children but those of its command."""

    layout: Layout
    channel: Channel
    bell: Bell
    confine: Confine

    def run(self, request: Message, stdin: int | None) -> None:
        """From the request to its final answer; `stdin` becomes ours.

        Raises RequestFailedError, ManagerGoneError.
        """
        tty = request["tty"]
        pipes = plumbing.pipes(stdin) if tty is None else plumbing.terminal(tty)
        with closing(pipes), self._surroundings(request), self._nothing_left():
            pid = self._launch(request, pipes)
            self.channel.send("started", pipes.handed, pid=pid)
            if tty is None:
                pipes.close()
            code = self._attend(pid, pipes, request["timeout"])
        self.channel.send("exited", code=code)

    def run_detached(self, request: Message) -> None:
        """What it starts stays when the connection ends; raises RequestFailedError."""
        with closing(plumbing.nowhere()) as pipes:
            pid = self._launch(request, pipes, dies_with_us=False)
        self.channel.send("started", pid=pid)
        self.channel.send("done")

    def _launch(self, request: Message, pipes: Plumbing, *, dies_with_us: bool = True) -> int:
        program = Program.of(request, self.layout)
        pid = launch(
            program, self.layout.jar, pipes.streams, self.confine, dies_with_us=dies_with_us
        )
        pipes.close_streams()
        return pid

    @contextmanager
    def _surroundings(self, request: Message) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(cachemounts.mounted(self.layout, request["mounts"]))
            if self.layout.jar.role == "build" and not self.layout.has_namespaces:
                stack.enter_context(swap.root_as_home(self.layout))
            if self.layout.jar.role == "build":
                stack.enter_context(scratch.fresh(self.layout))
            yield

    @contextmanager
    def _nothing_left(self) -> Iterator[None]:
        """Of all that the command has started, however it ended."""
        try:
            yield
        finally:
            if not offspring.end_all_below(END_SECONDS):
                raise StuckError

    def _attend(self, pid: int, pipes: Plumbing, timeout: float | None) -> int:
        """Until the command ends; its exit code comes back."""
        deadline = None if timeout is None else time.monotonic() + timeout
        poll = select.poll()
        poll.register(self.channel, select.POLLIN)
        poll.register(self.bell, select.POLLIN)
        while pid not in self.bell.ended:
            if deadline is not None and time.monotonic() >= deadline:
                raise RequestFailedError("timeout", f"not done within {timeout:g} seconds")
            ready = dict(poll.poll(_milliseconds_until(deadline)))
            self.bell.listen()
            if self.channel.fileno() in ready:
                self._hear(pid, pipes)
        return self.bell.ended.pop(pid)

    def _hear(self, pid: int, pipes: Plumbing) -> None:
        if not self.channel.receive_some():
            raise ManagerGoneError
        while isinstance(event := self.channel.pending(), Received):
            message = event.message
            if message["type"] == "resize" and pipes.streams.is_terminal:
                plumbing.resize(pipes.handed[0], message["rows"], message["cols"])
            elif message["type"] == "signal":
                _signal_group(pid, message["name"])


def _milliseconds_until(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000


def _signal_group(pid: int, name: str) -> None:
    """As Ctrl-C does: to the command and what runs in its foreground."""
    with suppress(RequestFailedError, ProcessLookupError):
        os.killpg(pid, signal_named(name))
