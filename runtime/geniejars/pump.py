"""Carries bytes between descriptors while a command runs in a jar."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from selectors import EVENT_READ, EVENT_WRITE, PollSelector

from attrs import define, field

from geniejars.events import Stream

OnOutput = Callable[[Stream, bytes], None]

CHUNK = 1 << 16
QUIET_SECONDS = 1.0
"""After the end of a command: how long its pipes may stay open without a byte."""

PTY_MASTER = (5, 2)
"""Major and minor number of /dev/ptmx, which every pty master shows."""


@define
class Input:
    """What is read from `source` goes to `sink`, a descriptor of our own that does not block;
    it is closed at the end."""

    source: int
    sink: int
    unwritten: bytes = b""


@define
class Pump:
    """Outputs by descriptor, and the command's input, if it has one."""

    outputs: Mapping[int, Stream]
    on_output: OnOutput
    input: Input | None = None
    selector: PollSelector = field(factory=PollSelector, init=False)

    def __attrs_post_init__(self) -> None:
        for descriptor in self.outputs:
            self.selector.register(descriptor, EVENT_READ, self._take_output)
        if self.input is not None:
            self.selector.register(self.input.source, EVENT_READ, self._take_input)

    def run(self, control: int, on_control: Callable[[], bool]) -> None:
        """Until `on_control`, called when `control` is readable, says True; then what is left."""
        self.selector.register(control, EVENT_READ, lambda _: None)
        ended = False
        while not ended:
            ready = [key for key, _ in self.selector.select()]
            for key in ready:
                key.data(key.fd)
            ended = any(key.fd == control for key in ready) and on_control()
        self.selector.unregister(control)
        self.stop_input()
        self._drain()

    def stop_input(self) -> None:
        """No more of it: the command sees the end of its input."""
        if self.input is None:
            return
        for descriptor in (self.input.source, self.input.sink):
            if descriptor in self.selector.get_map():
                self.selector.unregister(descriptor)
        os.close(self.input.sink)
        self.input = None

    def close(self) -> None:
        self.stop_input()
        self.selector.close()

    def _drain(self) -> None:
        while self.selector.get_map() and (ready := self.selector.select(QUIET_SECONDS)):
            for key, _ in ready:
                key.data(key.fd)

    def _take_output(self, descriptor: int) -> None:
        if data := read_some(descriptor):
            self.on_output(self.outputs[descriptor], data)
        else:
            self.selector.unregister(descriptor)

    def _take_input(self, _: int) -> None:
        assert self.input is not None
        self.input.unwritten = read_some(self.input.source)
        if not self.input.unwritten:
            self.stop_input()
            return
        self.selector.unregister(self.input.source)
        self.selector.register(self.input.sink, EVENT_WRITE, self._give_input)

    def _give_input(self, _: int) -> None:
        assert self.input is not None
        try:
            written = os.write(self.input.sink, self.input.unwritten)
        except BlockingIOError:
            return
        except OSError:  # nobody reads it any more
            self.stop_input()
            return
        self.input.unwritten = self.input.unwritten[written:]
        if not self.input.unwritten:
            self.selector.unregister(self.input.sink)
            self.selector.register(self.input.source, EVENT_READ, self._take_input)


def read_some(descriptor: int) -> bytes:
    """b"" at the end; a pty ends with EIO when its last holder has gone."""
    try:
        return os.read(descriptor, CHUNK)
    except OSError:
        return b""


def is_carrier(descriptor: int) -> bool:
    """True for what an agent may hand out: a pipe's end or the master of a pseudo-terminal."""
    found = os.fstat(descriptor)
    if stat.S_ISFIFO(found.st_mode):
        return True
    device = (os.major(found.st_rdev), os.minor(found.st_rdev))
    return stat.S_ISCHR(found.st_mode) and device == PTY_MASTER
