"""Builds as lines for a log and as a single word."""

from __future__ import annotations

import io

import pytest
from story import FAILURE, SUCCESS

from geniejars import Done, Event, Output, Started, Waiting
from jarbuild.display.plain import PlainDisplay
from jarbuild.display.quiet import QuietDisplay
from jarbuild.display.screen import Screen
from jarbuild.problems import Problem

PROBLEM = Problem("run-failed", "RUN failed with exit code 2")


@pytest.fixture
def screen() -> Screen:
    return Screen(io.StringIO(), io.StringIO())


def told(screen: Screen) -> str:
    assert isinstance(screen.out, io.StringIO)
    return screen.out.getvalue()


def complained(screen: Screen) -> str:
    assert isinstance(screen.err, io.StringIO)
    return screen.err.getvalue()


def show(display: PlainDisplay | QuietDisplay, events: list[Event]) -> None:
    for event in events:
        display.show(event)


def test_a_successful_build(screen: Screen) -> None:
    """One line an event, whole lines of output, and what the cache saved at the end."""
    show(PlainDisplay(screen), SUCCESS)

    assert told(screen).splitlines() == [
        "app/JFile: 3 steps, into jar gjar001",
        "warning: a socket was left out: app/s",
        "[1/3] COPY package.json ./: cached",
        "[2/3] RUN npm ci: cached",
        "[3/3] RUN make all (command changed: all instead of bundle)",
        "[3] | compiling",
        "[3] | a warning",
        "[3] | linking",
        "[3] ran after 1.2 s",
        "Built: gjar001 (app_1)",
        "1 ran, 2 cached, saved 41 s, 1.5 s in all",
        "kept in the backup folder: notes.txt",
    ]


def test_verbose_shows_whole_commands(screen: Screen) -> None:
    """With -v a command that goes over several lines is shown as it is written."""
    show(PlainDisplay(screen, verbose=True), SUCCESS[:4])

    assert "[3/3] RUN make \\\n    all (" in told(screen)


def test_a_failed_step(screen: Screen) -> None:
    """A line without an end is told too, then the exit code; the problem goes to stderr."""
    display = PlainDisplay(screen)
    show(display, FAILURE)
    display.close([PROBLEM])

    assert told(screen).splitlines()[-3:] == [
        "[3] | make: *** no rule",
        "[3] | make: stop",
        "[3] failed with exit code 2 after 1.2 s",
    ]
    assert complained(screen) == "error[run-failed]: RUN failed with exit code 2\n"


@pytest.mark.parametrize(
    "written, shown",
    [
        pytest.param([b"\x1b[31mred\x1b[0m\n"], ["red"], id="colours"),
        pytest.param([b"a\x1b]0;title\x07b\n"], ["ab"], id="window-title"),
        pytest.param([b"\x1b]52;c;ZXZpbA==\x1b\\x\n"], ["x"], id="clipboard"),
        pytest.param([b"\x1b[2J\x1b[Hgone\x9b5A\n"], ["gone\ufffd5A"], id="cursor"),
        pytest.param(["\x9b2J8-bit\n".encode()], ["8-bit"], id="8-bit-introducer"),
        pytest.param([b" 10%\r 20%\r100%\n"], ["100%"], id="progress-bar"),
        pytest.param([b"dos\r\n"], ["dos"], id="carriage-return"),
        pytest.param([b"caf\xc3", b"\xa9\n"], ["caf\u00e9"], id="cut-character"),
        pytest.param([b"\x1b[3", b"1mcut\n"], ["cut"], id="cut-sequence"),
        pytest.param([b"\xff\xfe\n"], ["\ufffd\ufffd"], id="no-utf-8"),
        pytest.param([b"bell\x07 back\x08\n"], ["bell back"], id="bell"),
        pytest.param(["\u202eevil\u2066\n".encode()], ["evil"], id="direction-marks"),
        pytest.param([b"a\tb\n"], ["a       b"], id="tab"),
        pytest.param([b"\n"], [""], id="empty-line"),
    ],
)
def test_output_is_harmless(screen: Screen, written: list[bytes], shown: list[str]) -> None:
    """What a RUN writes reaches the log as whole lines without any control."""
    display = PlainDisplay(screen)
    show(display, SUCCESS[:3])
    before = len(told(screen))
    show(display, [Output(3, "stdout", data) for data in written])

    assert [
        line.removeprefix("[3] |").removeprefix(" ") for line in told(screen)[before:].splitlines()
    ] == shown


def test_a_line_without_end_is_bounded(screen: Screen) -> None:
    """A step that writes megabytes without a line feed is shown in pieces, not collected."""
    display = PlainDisplay(screen)
    show(display, SUCCESS[:3])
    show(display, [Output(3, "stdout", b"x" * 65536) for _ in range(4)])

    assert max(map(len, told(screen).splitlines())) < 10_000
    assert told(screen).count("x") > 250_000


def test_waiting_is_said(screen: Screen) -> None:
    """A build that waits for another says so."""
    show(PlainDisplay(screen), [Waiting("another build of gjar001")])

    assert told(screen) == "waiting: another build of gjar001\n"


def test_quiet_prints_the_jar(screen: Screen) -> None:
    """`JAR=$(jarbuild -q .)` works."""
    show(QuietDisplay(screen), SUCCESS)

    assert told(screen) == "gjar001\n"


def test_quiet_shows_the_end_of_what_failed(screen: Screen) -> None:
    """Who asked for silence still sees why it failed."""
    display = QuietDisplay(screen)
    lines = b"".join(b"line %d\n" % n for n in range(100))
    show(display, [Started(3), Output(3, "stdout", lines), Output(3, "stdout", b"last")])
    display.close([PROBLEM])

    assert told(screen) == ""
    assert complained(screen).splitlines() == [
        *(f"line {n}" for n in range(81, 100)),
        "last",
        "error[run-failed]: RUN failed with exit code 2",
    ]


@pytest.mark.parametrize(
    "restored, line",
    [
        pytest.param(1, "1 entry of the home had been changed: put right", id="one"),
        pytest.param(12, "12 entries of the home had been changed: put right", id="many"),
    ],
)
def test_what_was_put_right_is_said(screen: Screen, restored: int, line: str) -> None:
    """A build that found its files changed in the home says that it restored them."""
    done = SUCCESS[-1]
    assert isinstance(done, Done)
    import attrs

    show(PlainDisplay(screen), [*SUCCESS[:-1], attrs.evolve(done, restored=restored)])

    assert line in told(screen).splitlines()
