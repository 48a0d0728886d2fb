"""A command in a jar with this process's own input, output, terminal and signals."""

from __future__ import annotations

import os
import signal
import termios
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from geniejars import (
    AgentSession,
    Home,
    Role,
    Stream,
    Terminal,
    UsageError,
    settle_shares,
)
from jarbuild.display.screen import Screen

STDIN = 0
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Handler = Callable[[int, FrameType | None], None]


def run_attached(
    home: Home,
    argv: Sequence[str],
    env: Mapping[str, str],
    screen: Screen,
    *,
    with_input: bool,
    with_terminal: bool,
    role: Role = "live",
    cwd: str | bytes = "",
) -> int:
    """Run a command to its end; its exit code comes back. `cwd` is below the home."""
    if with_terminal and not os.isatty(STDIN):
        raise UsageError("-t needs a terminal, and the input is none", help="leave -t out")
    try:
        with home.connect(role) as session, _signals_forwarded(session):
            if with_terminal:
                return _run_on_terminal(session, argv, env, cwd, screen)
            source = STDIN if with_input else None
            return session.run(argv, env=env, cwd=cwd, stdin=source, on_output=writer(screen))
    finally:
        settle_shares(home.config, home.name)


def writer(screen: Screen) -> Callable[[Stream, bytes], None]:
    """Passes on what a command writes, byte for byte and at once."""
    sinks = {"stdout": screen.out.buffer, "stderr": screen.err.buffer}

    def write(stream: Stream, data: bytes) -> None:
        sinks[stream].write(data)
        sinks[stream].flush()

    return write


def _run_on_terminal(
    session: AgentSession,
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: str | bytes,
    screen: Screen,
) -> int:
    """A terminal in the jar that follows ours: keys go through as they are, Ctrl-C too."""
    env = {"TERM": os.environ.get("TERM", "xterm"), **env}
    with _raw(STDIN), _resizes_followed(session):
        return session.run(
            argv, env=env, cwd=cwd, stdin=STDIN, tty=_size(), on_output=writer(screen)
        )


def _size() -> Terminal:
    columns, rows = os.get_terminal_size(STDIN)
    return Terminal(rows, columns)


@contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor, termios.TCSADRAIN)  # what was typed ahead is for the command
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextmanager
def _resizes_followed(session: AgentSession) -> Iterator[None]:
    def resize(signum: int, frame: FrameType | None) -> None:
        size = _size()
        session.resize(size.rows, size.cols)

    with handled((signal.SIGWINCH,), resize):
        yield


@contextmanager
def _signals_forwarded(session: AgentSession) -> Iterator[None]:
    """Ctrl-C ends the command in the jar, and this process with its exit code; a second one does
    not wait for that."""

    def forward(signum: int, frame: FrameType | None) -> None:
        signal.signal(signum, before[signum])
        session.send_signal(signal.Signals(signum).name.removeprefix("SIG"))

    with handled(FORWARDED, forward) as before:
        yield


@contextmanager
def handled(signals: Sequence[int], handler: Handler) -> Iterator[dict[int, signal._HANDLER]]:
    """The handler for these signals; those that it replaces come back, and are put back."""
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield before
    finally:
        for number, old in before.items():
            signal.signal(number, old)
