"""The process that owns a jar's CMD: it starts it, keeps its log, and ends all that came from it.

Its own exit code is CMD's. Told to end by SIGTERM, it kills.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest

from genieagent import offspring, plumbing, swap, syscalls
from genieagent.applog import LogWriter
from genieagent.bell import Bell
from genieagent.copies import Copy
from genieagent.failures import RequestFailedError
from genieagent.layout import Layout
from genieagent.program import Confine, Program, launch

END_SECONDS = 5.0
"""How long killed processes may take to be gone; only a stuck file system needs more."""

_LINGER_SECONDS = 5.0
"""How long a slow reader may take for the rest when the CMD has ended."""
_CHUNK = 64 * 1024


def supervise(
    program: Program, layout: Layout, confine: Confine, copies: Sequence[int], report: int
) -> int:
    """In a process forked for it. `copies` are pipes for stdout and stderr, or nothing; the pid,
    or why there is none, is written to `report`. The exit code comes back."""
    syscalls.adopt_orphans()
    bell = Bell((signal.SIGCHLD, signal.SIGTERM))
    with ExitStack() as stack:
        try:
            if not layout.has_namespaces:
                stack.enter_context(swap.home_as_home(layout))
            supervisor = Supervisor(program, layout, confine, copies, bell)
        except RequestFailedError as error:
            os.write(report, f"{error.code} {error.message}".encode(errors="replace"))
            return 1
        os.write(report, b"pid %d" % supervisor.pid)
        os.close(report)
        return supervisor.run()


@dataclass
class _Output:
    """One of the CMD's outputs, and who else gets it."""

    pipe: int
    copy: Copy | None


class Supervisor:
    """Raises RequestFailedError where the CMD cannot be started."""

    def __init__(
        self,
        program: Program,
        layout: Layout,
        confine: Confine,
        copies: Sequence[int],
        bell: Bell,
    ):
        self._bell = bell
        self._log = LogWriter(layout.log)
        pipes = plumbing.pipes(None)
        self.pid = launch(program, layout.jar, pipes.streams, confine, dies_with_us=True)
        pipes.close_streams()
        self._open = [
            _Output(pipe, copy)
            for pipe, copy in zip_longest(pipes.handed, map(Copy, copies), fillvalue=None)
            if pipe is not None
        ]
        self._copies = [output.copy for output in self._open if output.copy]

    def run(self) -> int:
        """Until the CMD has ended, with all that came from it, and all it wrote is in the log."""
        while self.pid not in self._bell.ended:
            self._wait(None)
            if signal.SIGTERM in self._bell.listen() and self.pid not in self._bell.ended:
                os.kill(self.pid, signal.SIGKILL)
        offspring.end_all_below(END_SECONDS)
        self._drain()
        self._log.close()
        return self._bell.ended[self.pid]

    def _wait(self, seconds: float | None) -> bool:
        """For output, a reader who takes more, or a signal; False where none came in time."""
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        for output in self._open:
            poll.register(output.pipe, select.POLLIN)
        for copy in self._copies:
            if copy.is_waiting:
                poll.register(copy.descriptor, select.POLLOUT)
        ready = dict(poll.poll(None if seconds is None else seconds * 1000))
        for output in list(self._open):
            if output.pipe in ready:
                self._take(output)
        for copy in self._copies:
            copy.pass_on()
        return bool(ready.keys() - {self._bell.fileno()})

    def _take(self, output: _Output) -> None:
        data = os.read(output.pipe, _CHUNK)
        if not data:
            os.close(output.pipe)
            self._open.remove(output)
            return
        self._log.append(data)
        if output.copy:
            output.copy.take(data)

    def _drain(self) -> None:
        """What is in the pipes still; then the readers get the rest, if they take it."""
        while self._open and self._wait(0):
            pass
        deadline = time.monotonic() + _LINGER_SECONDS
        while any(c.is_waiting for c in self._copies) and time.monotonic() < deadline:
            self._bell.listen()
            self._wait(deadline - time.monotonic())
        for copy in self._copies:
            copy.close()
