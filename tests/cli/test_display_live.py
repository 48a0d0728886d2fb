"""Builds on a terminal."""

from __future__ import annotations

import io
import re

import pytest
from story import FAILURE, SUCCESS

from geniejars import Event, Output, Started, Transferred
from jarbuild.display.live import LiveDisplay
from jarbuild.display.screen import Screen
from jarbuild.problems import Problem

SHOW_CURSOR = "\x1b[?25h"
HIDE_CURSOR = "\x1b[?25l"


class Terminal(io.StringIO):
    """A terminal that remembers everything."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:
        return self._encoding

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


def drawn(
    events: list[Event], problems: tuple[Problem, ...] = (), encoding: str = "utf-8"
) -> tuple[str, str]:
    """All that went to the terminal: with every control, and what stays when they are read."""
    out = Terminal(encoding)
    display = LiveDisplay(Screen(out, out))
    for event in events:
        display.show(event)
    display.close(problems)
    return out.getvalue(), lasting(out.getvalue())


def lasting(text: str) -> str:
    """What is on the screen at the end: rich erases its region line by line from below."""
    lines = [""]
    for piece in re.split(r"(\n|\r|\x1b\[2K|\x1b\[1A)", text):
        if piece == "\n":
            lines.append("")
        elif piece == "\x1b[1A":
            lines.pop()
        elif piece in ("\r", "\x1b[2K"):
            lines[-1] = ""
        else:
            lines[-1] += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", piece)
    return "\n".join(line.rstrip() for line in lines)


def test_what_stays_of_a_successful_build() -> None:
    """Each step is a line with its result at the right edge, a step that ran says why."""
    assert drawn(SUCCESS)[1] == (
        "app/JFile into jar gjar001\n"
        "warning: a socket was left out: app/s\n"
        "\u2713 1/3 COPY package.json ./                            cached\n"
        "\u2713 2/3 RUN npm ci                                      cached\n"
        "\u2713 3/3 RUN make all                                     1.2 s\n"
        "  command changed: all instead of bundle\n"
        "Built: gjar001 (app_1)\n"
        "1 ran, 2 cached, saved 41 s, 1.5 s in all\n"
        "kept in the backup folder: notes.txt\n"
    )


def test_what_stays_of_a_failed_build() -> None:
    """A failed step shows again what it said last, then its line, then the problem."""
    stayed = drawn(FAILURE, (Problem("run-failed", "RUN failed with exit code 2"),))[1]

    assert stayed.splitlines()[4:] == [
        "| make: *** no rule",
        "| make: stop",
        "\u2717 3/3 RUN make all                               exit code 2",
        "  command changed: all instead of bundle",
        "error[run-failed]: RUN failed with exit code 2",
    ]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(SUCCESS, id="success"),
        pytest.param(FAILURE, id="failure"),
        pytest.param(SUCCESS[:4], id="interrupted-in-a-step"),
        pytest.param([*SUCCESS[:7], Transferred(1, 2)], id="interrupted-in-a-transfer"),
    ],
)
def test_the_cursor_comes_back(events: list[Event]) -> None:
    """However a build ends, the terminal is as it was."""
    everything, _ = drawn(events)

    assert everything.count(HIDE_CURSOR) == everything.count(SHOW_CURSOR) > 0


def test_the_terminal_is_free_between_steps() -> None:
    """After a step has ended nothing is drawn, so a shell may take the terminal."""
    out = Terminal()
    display = LiveDisplay(Screen(out, out))
    for event in FAILURE:
        display.show(event)

    assert out.getvalue().count(HIDE_CURSOR) == out.getvalue().count(SHOW_CURSOR)


def test_output_cannot_move_the_cursor() -> None:
    """Colours of a RUN's output are shown; everything else is not."""
    events = [
        *SUCCESS[:3],
        Started(3),
        Output(3, "stdout", b"\x1b[31mred\x1b[0m\x1b]0;evil\x07\x1b[9A!\n"),
    ]
    everything, _ = drawn([*events, *FAILURE[-1:]])

    assert "evil" not in everything
    assert "\x1b[9A" not in everything
    assert "\x1b[31mred" in everything


def test_no_colours_where_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR holds on a terminal too."""
    monkeypatch.setenv("NO_COLOR", "1")
    everything, _ = drawn(SUCCESS)

    assert re.findall(r"\x1b\[[0-9;]*3[0-9]m", everything) == []


def test_an_ascii_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the terminal has no Unicode the marks are ASCII."""
    everything, stayed = drawn(SUCCESS, encoding="ascii")

    assert everything.isascii()
    assert stayed.splitlines()[2].startswith("+ 1/3 COPY")


def test_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty columns are enough for every line of a step."""
    monkeypatch.setenv("COLUMNS", "40")
    stayed = drawn(SUCCESS)[1]

    assert max(map(len, stayed.splitlines())) <= 40
    assert "cached" in stayed.splitlines()[2]
