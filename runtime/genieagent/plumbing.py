"""The pipes or the terminal between a program and whoever asked for it.

The agent makes them, so they belong to the workload: what is written to /dev/stdout opens them
anew.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Mapping
from dataclasses import dataclass, field

from genieagent.program import Streams

_MOST_ROWS = 0xFFFF  # a winsize holds 16-bit numbers


@dataclass
class Plumbing:
    """Both sides; `handed` is for the manager: stdout and stderr, or the terminal's master."""

    streams: Streams
    handed: tuple[int, ...]
    _closed: set[int] = field(default_factory=set, init=False)

    def close_streams(self) -> None:
        """To be called once the program has them: else its end would not be seen."""
        self._close({self.streams.stdin, self.streams.stdout, self.streams.stderr})

    def close(self) -> None:
        """What is open still."""
        self.close_streams()
        self._close(set(self.handed))

    def _close(self, descriptors: set[int]) -> None:
        for descriptor in descriptors - self._closed:
            os.close(descriptor)
        self._closed |= descriptors


def pipes(stdin: int | None) -> Plumbing:
    """`stdin` becomes the plumbing's; None is an empty input."""
    out_reader, out_writer = os.pipe()
    error_reader, error_writer = os.pipe()
    source = _nothing() if stdin is None else stdin
    return Plumbing(Streams(source, out_writer, error_writer), (out_reader, error_reader))


def terminal(size: Mapping[str, int]) -> Plumbing:
    master, slave = os.openpty()
    resize(master, size["rows"], size["cols"])
    return Plumbing(Streams(slave, slave, slave, is_terminal=True), (master,))


def nowhere() -> Plumbing:
    """For what nobody listens to."""
    nothing = _nothing()
    return Plumbing(Streams(nothing, nothing, nothing), ())


def resize(master: int, rows: int, cols: int) -> None:
    """The foreground program gets SIGWINCH; ioctl_tty(2)."""
    size = struct.pack("HHHH", min(rows, _MOST_ROWS), min(cols, _MOST_ROWS), 0, 0)
    fcntl.ioctl(master, termios.TIOCSWINSZ, size)


def _nothing() -> int:
    return os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
