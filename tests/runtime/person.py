"""Somebody at a terminal: keys go in, and what a real emulator would show is looked at."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyte

SECONDS = 20.0
GENIEJARS = "import sys; from jarbuild.cli import geniejars; sys.exit(geniejars())"
CTRL_C, CTRL_Z, CTRL_D, ESCAPE = "\x03", "\x1a", "\x04", "\x1b"


@dataclass
class Person:
    """`code` is the command's exit code, once `leave` has returned."""

    pid: int
    terminal: int
    rows: int = 24
    columns: int = 80
    screen: pyte.Screen = field(init=False)
    _stream: pyte.ByteStream = field(init=False)

    def __post_init__(self) -> None:
        self.screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self.screen)

    @property
    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def wait_for(self, holds: str | Callable[[str], object]) -> str:
        """Until the screen shows that text, or what is asked for; all that it shows."""
        deadline = time.monotonic() + SECONDS
        while not (holds in self.shown if isinstance(holds, str) else holds(self.shown)):
            assert time.monotonic() < deadline, self.shown
            if select.select([self.terminal], [], [], 0.2)[0]:
                data = self._read()
                assert data, f"it has ended: {self.shown}"
                self._stream.feed(data)
        return self.shown

    def resize(self, rows: int, columns: int) -> None:
        self.screen.resize(rows, columns)
        termios.tcsetwinsize(self.terminal, (rows, columns))

    def leave(self) -> int:
        """Until the command has ended; its exit code."""
        deadline = time.monotonic() + SECONDS
        while True:
            left = deadline - time.monotonic()
            assert select.select([self.terminal], [], [], left)[0], self.shown
            if not (data := self._read()):
                break
            self._stream.feed(data)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self) -> bytes:
        """b"" when nobody has the terminal any more."""
        try:
            return os.read(self.terminal, 1 << 16)
        except OSError:
            return b""


@contextmanager
def at_a_terminal(*words: str) -> Iterator[Person]:
    """Runs `geniejars WORDS` with a terminal of its own; nothing of it is left."""
    person = Person(*_spawn([sys.executable, "-c", GENIEJARS, *words]))
    person.resize(person.rows, person.columns)
    try:
        yield person
    finally:
        os.close(person.terminal)  # hangs up
        try:
            os.kill(person.pid, signal.SIGKILL)
            os.waitpid(person.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass  # it has left


def _spawn(argv: Sequence[str]) -> tuple[int, int]:
    pid, terminal = pty.fork()
    if pid == 0:
        ours = {"TERM": "linux", "PYTHONPATH": os.pathsep.join(sys.path)}
        os.execve(argv[0], argv, {**os.environ, **ours})  # noqa: S606 - without a shell
    return pid, terminal
