"""A program for a terminal: shows each scene it is asked for, and says when it has.

    python player.py SOCKET

It gets the name of a display and of a scene a line, and answers each. The clock stands still.
"""

from __future__ import annotations

import socket
import sys

from scenes import PLANS, SCENES

import jarbuild.display.live as live
from geniejars import Planned
from jarbuild.display.live import LiveDisplay
from jarbuild.display.plain import PlainDisplay
from jarbuild.display.plans import PlanTable
from jarbuild.display.screen import standard_screen

CLEAR = "\x1b[H\x1b[2J\x1b[3J"


class StoppedClock:
    """Every scene is over in no time."""

    @staticmethod
    def monotonic() -> float:
        return 0.0


def play(display: LiveDisplay | PlainDisplay, name: str) -> None:
    scene = SCENES[name]
    for event in scene.events:
        display.show(event)
    if scene.problems is not None:
        display.close(scene.problems)
    elif isinstance(display, LiveDisplay) and display._live is not None:
        display._live.refresh()  # it would be drawn within an eighth of a second


def show(kind: str, name: str) -> LiveDisplay | PlainDisplay | None:
    screen = standard_screen()
    if kind == "plan":
        PlanTable(screen).show(Planned(PLANS[name]))
        return None
    verbose = kind.endswith("verbose")
    display = (
        PlainDisplay(screen, verbose=verbose)
        if kind.startswith("plain")
        else LiveDisplay(screen, verbose=verbose)
    )
    play(display, name)
    return display


def main() -> None:
    live.time = StoppedClock  # type: ignore[assignment]
    shown = None
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(sys.argv[1])
        with connection.makefile("rw") as asked:
            for line in asked:
                if shown is not None:
                    shown.close()
                print(CLEAR, end="", flush=True)
                shown = show(*line.split())
                print("shown", file=asked, flush=True)


if __name__ == "__main__":
    main()
