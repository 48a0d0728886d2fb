"""docs/session.svg: a real build, rebuild and plan in a real terminal, drawn as it was shown.

    python -m tools.record

types SESSION into a shell behind a pseudo-terminal, in a folder and with a state of its own. It
takes this checkout's jarbuild, pip's package index, and the best isolation that this user can have.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from itertools import groupby
from pathlib import Path

import pyte
from rich.console import CONSOLE_SVG_FORMAT, Console  # type: ignore[attr-defined]
from rich.style import Style
from rich.terminal_theme import MONOKAI
from rich.text import Text

TOP = Path(__file__).parent.parent
PICTURE = TOP / "docs" / "session.svg"
PROJECT = "python-service"
SESSION = (
    f"jarbuild {PROJECT}",
    f"jarbuild {PROJECT}",
    f"echo '# edited' >> {PROJECT}/service.py",
    f"jarbuild {PROJECT} --plan",
)
COLUMNS, LINES = 108, 100
PROMPT = "$ "
LONGEST = 300  # seconds that one command may take

LEGIBLE_GREY = "#8a8a8a"
FAINT, GREY = b"\x1b[2m", b"\x1b[90m"
"""pyte knows no faint text; a terminal shows it grey."""

LOADED_FONT = r"@font-face \{\{.*?\}\}\n"
FORMAT = re.sub(LOADED_FONT, "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace("Fira Code, ", "")
"""Rich's picture with the reader's own font."""


def record(folder: Path, commands: Sequence[str]) -> pyte.Screen:
    """The terminal after all commands were typed in this folder; each may take LONGEST."""
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    shell, terminal = _shell(folder)
    try:
        _wait_for_prompt(terminal, stream, screen, 0)
        for command in commands:
            line = screen.cursor.y
            os.write(terminal, f"{command}\n".encode())
            _wait_for_prompt(terminal, stream, screen, line + 1)
    finally:
        os.close(terminal)  # which ends the shell
        os.waitpid(shell, 0)
    return screen


def _shell(folder: Path) -> tuple[int, int]:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        environment = {**os.environ, "PS1": PROMPT, "TERM": "xterm-256color"}
        os.execvpe(  # noqa: S606 — the shell is what we want
            "bash", ["bash", "--norc", "--noprofile", "--noediting"], environment
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    return child, terminal


def _wait_for_prompt(
    terminal: int, stream: pyte.ByteStream, screen: pyte.Screen, line: int
) -> None:
    """Read until a prompt, and nothing behind it, stands in this line or further down."""
    deadline = time.monotonic() + LONGEST
    while not (screen.cursor.y >= line and _is_prompt(screen)):
        if not select.select([terminal], [], [], deadline - time.monotonic())[0]:
            raise TimeoutError("\n".join(screen.display))
        stream.feed(os.read(terminal, 65536).replace(FAINT, GREY))


def _is_prompt(screen: pyte.Screen) -> bool:
    return (screen.display[screen.cursor.y].rstrip(), screen.cursor.x) == ("$", len(PROMPT))


def picture(screen: pyte.Screen) -> str:
    """What the terminal shows, down to the last command's output, as SVG."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    for number in range(screen.cursor.y):
        console.print(_line(screen, number), soft_wrap=True)
    return console.export_svg(
        title="jarbuild", theme=MONOKAI, code_format=FORMAT, unique_id="session"
    )


def _line(screen: pyte.Screen, number: int) -> Text:
    cells = [screen.buffer[number][column] for column in range(COLUMNS)]
    runs = groupby(cells, key=lambda cell: Style(color=_color(cell.fg), bold=cell.bold))
    text = Text.assemble(*(("".join(c.data for c in run), style) for style, run in runs))
    text.rstrip()
    return text


def _color(name: str) -> str | None:
    """pyte's names of colours, as Rich has them."""
    return {"default": None, "brown": "yellow", "brightblack": LEGIBLE_GREY}.get(name, name)


@contextmanager
def project() -> Iterator[Path]:
    """A folder with the example, where this checkout's commands are found, and nothing is kept."""
    folder = Path(tempfile.mkdtemp(prefix="jarbuild-"))
    folder.chmod(0o755)  # the jars' users go through it
    shutil.copytree(TOP / "examples" / PROJECT, folder / PROJECT)
    before = dict(os.environ)
    os.environ.update(_environment(folder))
    try:
        yield folder
    finally:
        subprocess.run([folder / "bin/geniejars", "sys", "down"], capture_output=True, check=False)
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    (folder / "bin").mkdir()
    for name, function in (("jarbuild", "main"), ("geniejars", "geniejars")):
        script = folder / "bin" / name
        script.write_text(
            f"#!{sys.executable}\nimport sys\nfrom jarbuild.cli import {function} as run\n"
            "sys.exit(run())\n"
        )
        script.chmod(0o755)
    return {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": ":".join(str(TOP / room) for room in ("", "grammar", "runtime")),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "LC_ALL": "C.UTF-8",
    }


if __name__ == "__main__":
    with project() as here:
        PICTURE.write_text(picture(record(here, SESSION)), "utf-8")
