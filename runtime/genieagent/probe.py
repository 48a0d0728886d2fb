"""The process that does one health check: it runs the command, and ends all that came of it.

Told to end by SIGTERM it leaves without a word.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
from contextlib import ExitStack, closing
from dataclasses import asdict

from genieagent import offspring, plumbing, swap, syscalls
from genieagent.bell import Bell
from genieagent.failures import RequestFailedError
from genieagent.health import MAX_OUTPUT, Finding
from genieagent.layout import Layout
from genieagent.plumbing import Plumbing
from genieagent.program import Confine, Program, launch
from genieagent.supervisor import END_SECONDS


def probe(program: Program, timeout: float, layout: Layout, confine: Confine, report: int) -> None:
    """In a process forked for it. What was found goes to `report`, a pipe that has room for it."""
    syscalls.adopt_orphans()
    bell = Bell((signal.SIGCHLD, signal.SIGTERM))
    with ExitStack() as stack:
        try:
            if not layout.has_namespaces:
                stack.enter_context(swap.home_as_home(layout))
            pipes = stack.enter_context(closing(plumbing.pipes(None)))
            pid = launch(program, layout.jar, pipes.streams, confine, dies_with_us=True)
            pipes.close_streams()
            finding = _Probe(pid, pipes, bell, timeout).run()
        except RequestFailedError as error:
            finding = Finding(None, error.message)
    if finding is not None:
        os.write(report, json.dumps(asdict(finding)).encode())


class _Probe:
    def __init__(self, pid: int, pipes: Plumbing, bell: Bell, timeout: float):
        self._pid = pid
        self._bell = bell
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._open = list(pipes.handed)
        self._output = b""

    def run(self) -> Finding | None:
        """None where nobody wants to know any more."""
        signals: set[int] = set()
        while not self._is_over(signals):
            self._wait(max(0.0, self._deadline - time.monotonic()))
            signals |= self._bell.listen()
        offspring.end_all_below(END_SECONDS)
        while self._open and self._wait(0):
            pass
        if signal.SIGTERM in signals:
            return None
        return self._finding()

    def _is_over(self, signals: set[int]) -> bool:
        is_late = time.monotonic() >= self._deadline
        return self._pid in self._bell.ended or signal.SIGTERM in signals or is_late

    def _wait(self, seconds: float) -> bool:
        """For output or a signal; what comes is kept as far as there is room."""
        ready = select.select([self._bell.fileno(), *self._open], [], [], seconds)[0]
        outputs = [pipe for pipe in ready if pipe in self._open]
        for pipe in outputs:
            if data := os.read(pipe, 1 << 16):
                self._output = (self._output + data)[:MAX_OUTPUT]
            else:
                self._open.remove(pipe)
        return bool(outputs)

    def _finding(self) -> Finding:
        output = self._output.decode(errors="replace").replace("\0", "")
        if self._pid in self._bell.ended:
            return Finding(self._bell.ended[self._pid], output)
        return Finding(None, f"not done within {self._timeout:g} seconds\n{output}".rstrip())
