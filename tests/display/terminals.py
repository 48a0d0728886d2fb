"""Terminals of a given size, by tmux, with a program in them that shows scenes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from attrs import frozen

PLAYER = Path(__file__).with_name("player.py")
LINES = 40
DEADLINE = 20.0
LOOK_EVERY = 0.02
STEADY = 100
"""Looks at a screen that stays wrong, before it is taken for what it is: a busy machine is slow."""

SPINNER = re.compile(r"^[⠀-⣿](?= )", re.MULTILINE)


@frozen
class Terminal:
    """A tmux server of its own, with one window."""

    socket: Path
    asked: TextIO

    def show(self, kind: str, name: str) -> None:
        """Let the program show a scene; it has been shown when this returns."""
        print(kind, name, file=self.asked, flush=True)
        assert self.asked.readline() == "shown\n"

    def resize(self, columns: int) -> None:
        self.tmux("resize-window", "-x", str(columns), "-y", str(LINES))

    def text(self) -> str:
        """What is on the screen, the spinner always at its beginning."""
        lines = self.tmux("capture-pane", "-p").rstrip("\n").split("\n")
        return SPINNER.sub("*", "\n".join(line.rstrip() for line in lines)) + "\n"

    def settled(self, is_right: Callable[[str], bool]) -> str:
        """The screen as soon as it is right, or as it stays."""
        deadline = time.monotonic() + DEADLINE
        text, steady = self.text(), 0
        while not is_right(text) and steady < STEADY and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY)
            now = self.text()
            steady = steady + 1 if now == text else 0
            text = now
        return text

    def tmux(self, *words: str) -> str:
        ended = subprocess.run(
            ["tmux", "-S", self.socket, *words], capture_output=True, text=True, check=True
        )
        return ended.stdout


@contextmanager
def open_terminal(folder: Path, columns: int, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """`folder` is for its sockets."""
    path = folder / "asked"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(DEADLINE)
        server = folder / "tmux"
        _start(server, columns, [sys.executable, str(PLAYER), str(path)], environment)
        try:
            connection, _ = listening.accept()
            connection.settimeout(DEADLINE)
            with connection, connection.makefile("rw") as asked:
                yield Terminal(server, asked)
        finally:
            subprocess.run(["tmux", "-S", server, "kill-server"], capture_output=True, check=False)


def _start(server: Path, columns: int, command: list[str], environment: Mapping[str, str]) -> None:
    """-u: tmux itself believes in Unicode, whatever the locale of the program in it."""
    size = ["-x", str(columns), "-y", str(LINES)]
    program = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path),
               "TERM": "screen-256color", **environment}  # fmt: skip
    words = ["env", "-i", *(f"{name}={value}" for name, value in program.items()), *command]
    subprocess.run(
        ["tmux", "-u", "-S", server, "-f", "/dev/null", "new-session", "-d", *size, *words],
        check=True,
        capture_output=True,
        env={**os.environ, "LANG": "C.UTF-8", "TERM": "xterm-256color"},
    )
