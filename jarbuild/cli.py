"""The two commands, `jarbuild` and `geniejars`: dispatch, and the one funnel for errors.

Library code raises; here it becomes text (or JSON) and an exit code, by the table in problems.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import NoReturn

from geniejars import VERSION, UsageError
from jarbuild import commands
from jarbuild.commands import jars
from jarbuild.commands.habits import meant
from jarbuild.display import choose
from jarbuild.display.screen import discard, standard_screen
from jarbuild.options import BuildOptions, build_options, output_options
from jarbuild.problems import Problem, Terminated, exit_code, problems
from jarbuild.suggestions import did_you_mean, nearest

ALLOCATIONS = 200_000
"""Between two looks of the garbage collector: a plan is many objects, all of them in use."""

NOBODY_LISTENS = 141
"""128 + SIGPIPE, as a shell reports a writer whose reader has gone."""


def main(argv: Sequence[str] | None = None) -> int:
    """The `jarbuild` command: a build unless the first word is one of the others."""
    words = _words(argv)
    if words == ["--version"]:
        return _print(f"jarbuild {VERSION}")
    if words[:1] == ["help"] and not Path("help").exists():
        words = [*words[1:2], "--help"]
    if words and words[0] in commands.MODULES:
        return run_command("jarbuild", commands.MODULES, words)
    return run_build(words, _read_build)


def geniejars(argv: Sequence[str] | None = None) -> int:
    """The `geniejars` command."""
    words = _words(argv)
    if words == ["--version"]:
        return _print(f"geniejars {VERSION}")
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    if not words or words[0] in ("-h", "--help"):
        return _print(jars.HELP)
    if words[0] == "build":
        from jarbuild.commands.jars.build import read

        return run_build(words[1:], read)
    return run_command("geniejars", jars.MODULES, words)


def run_build(words: Sequence[str], read: Callable[[Sequence[str]], BuildOptions]) -> int:
    """A build, or its plan; the display tells everything, mistakes in the words included."""
    asked = output_options(words)
    display = choose(asked, standard_screen(color=asked.color))

    def work() -> int:
        options = read(words)
        from jarbuild.commands import build

        return build.run(options, display)

    return _guarded(work, display.close)


def run_command(program: str, modules: Mapping[str, str], words: Sequence[str]) -> int:
    """The command that the first word names."""
    screen = standard_screen(color="--no-color" not in words)

    def work() -> int:
        command = _command(program, modules, words[0])
        parser = commands.parser_of(program, words[0], command)
        return command.run(parser.read(words[1:]), screen)

    return _guarded(work, screen.complain)


def _read_build(words: Sequence[str]) -> BuildOptions:
    _refuse_mistyped_command(words[0] if words else ".")  # before what follows it is looked at
    given = commands.bare_parser().read(words)
    _refuse_mistyped_command(given.path)
    return build_options(given, path=given.path, jar=given.jar)


def _refuse_mistyped_command(path: str) -> None:
    if path.startswith("-") or "/" in path or Path(path).exists():
        return
    near = nearest(path, commands.MODULES)
    help = f"did you mean jarbuild {near}?" if near else meant("jarbuild", path, jars.MODULES)
    if help:
        raise UsageError(f"there is no {path} here", help=help)


def _command(program: str, modules: Mapping[str, str], word: str) -> commands.Command:
    if word not in modules:
        raise UsageError(
            f"{program} has no command {word}",
            help=meant(program, word, commands.MODULES)
            or did_you_mean(word, modules)
            or f"see {program} --help",
        )
    return commands.load(modules, word)


def _print(text: str) -> int:
    screen = standard_screen()

    def work() -> int:
        screen.print([text])
        return 0

    return _guarded(work, screen.complain)


def _words(argv: Sequence[str] | None) -> list[str]:
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # File names may hold anything, and a terminal's encoding little.
            stream.reconfigure(errors="backslashreplace")
    return list(sys.argv[1:] if argv is None else argv)


def _open_closed_streams() -> None:
    """As from `>&-` or a badly written service: the next file would be taken for the output."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def _guarded(work: Callable[[], int], close: Callable[[Sequence[Problem]], None]) -> int:
    """Whatever `work` raises ends here; `close` tells it, or that there is nothing to tell."""
    gc.set_threshold(ALLOCATIONS)
    found: Sequence[Problem] = ()
    try:
        try:
            with _ended_by_sigterm():
                code = work()
        except SystemExit as end:  # argparse, after --help and --version
            return int(end.code or 0)
        except BrokenPipeError:
            raise
        except BaseException as error:
            code, found = exit_code(error), problems(error)
        close(found)
    except BrokenPipeError:
        return _leave_silently()
    return code


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM unwinds the stack, so that the terminal is put right and `done` is told."""

    def end(signum: int, frame: FrameType | None) -> NoReturn:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave_silently() -> int:
    """Nobody reads our output any more."""
    discard(sys.stdout)
    return NOBODY_LISTENS
