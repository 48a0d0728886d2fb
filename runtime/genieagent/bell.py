"""Signals as something to wait for beside descriptors; children that have ended are reaped."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Bell:
    """One a process, in its main thread. A forked child makes its own first of all.

    `ended` holds exit codes by pid, as a shell has them: 128 + n for signals.
    """

    heard: Iterable[int] = (signal.SIGCHLD,)
    ended: dict[int, int] = field(default_factory=dict, init=False)
    _socket: socket.socket = field(init=False)
    _clapper: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._socket, self._clapper = socket.socketpair()
        for end in (self._socket, self._clapper):
            end.setblocking(False)
        signal.set_wakeup_fd(self._clapper.fileno(), warn_on_full_buffer=False)
        for number in self.heard:
            signal.signal(number, lambda *_: None)

    def fileno(self) -> int:
        return self._socket.fileno()

    def listen(self) -> set[int]:
        """The signals since the last call; whoever has ended is in `ended` now."""
        signals: set[int] = set()
        with suppress(BlockingIOError):
            while rung := self._socket.recv(1024):
                signals.update(rung)
        self._reap()
        return signals

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (result := os.waitpid(-1, os.WNOHANG))[0]:
                self.ended[result[0]] = exit_code(result[1])


def exit_code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
