"""`geniejars exec`: a command in a jar, beside its app."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from geniejars import State, UsageError, jar_environment, read_state
from jarbuild.arguments import Parser
from jarbuild.commands.jars.attached import STDIN, run_attached
from jarbuild.commands.jars.opened import home_of, open_pool
from jarbuild.display.screen import Screen
from jarbuild.selection import jar_and_rest, jar_named

SUMMARY = """\
Run a command in a jar, in its home, with the environment of its app (PORT_1,
ENV, IMPORT, ADDPATH). A single word goes to sh -c. The command's exit code is
ours; input that is no terminal is forwarded by itself."""
EXAMPLES = (
    "geniejars exec myapp_1 ls -la",
    'geniejars exec "ls | grep x"',
    "geniejars exec -it myapp_1 bash",
)


def options(parser: Parser) -> None:
    parser.add_argument("-i", dest="input", action="store_true", help="forward the keyboard")
    parser.add_argument("-t", dest="tty", action="store_true", help="give it a terminal (with -i)")
    parser.add_argument(
        "-d", dest="detach", action="store_true", help="return at once, and let it run on"
    )
    parser.add_argument(
        "words", metavar="[JAR] CMD ...", nargs=argparse.REMAINDER, help="the jar may be selected"
    )


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = open_pool(screen)
    name, words = _jar_and_words(read_state(config), arguments.words)
    argv = _command(words)
    home = home_of(config, name, screen)
    env = jar_environment(config, name)
    if arguments.detach:
        with home.connect("live") as session:
            pid = session.run_detached(argv, env=env)
        screen.note(f"[geniejars] {name} runs {argv[0]} (pid {pid})")
        return 0
    return run_attached(
        home,
        argv,
        env,
        screen,
        with_input=arguments.input or not os.isatty(STDIN),
        with_terminal=arguments.tty,
    )


def _jar_and_words(state: State, words: list[str]) -> tuple[str, list[str]]:
    """What stands behind `--` is the command, whatever its name."""
    if words[:1] == ["--"]:
        return jar_named(state, None), words[1:]
    name, rest = jar_and_rest(state, words)
    return name, rest[1:] if rest[:1] == ["--"] else rest


def _command(words: Sequence[str]) -> Sequence[str]:
    """A single word is a line for the shell, so that redirections and pipes work."""
    if not words:
        raise UsageError("no command given", help="geniejars exec [JAR] CMD ...")
    return ["sh", "-c", words[0]] if len(words) == 1 else words
