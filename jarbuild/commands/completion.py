"""`jarbuild completion`: what a shell needs to complete both programs."""

from __future__ import annotations

import argparse

from jarbuild.arguments import Parser, one_of
from jarbuild.display.screen import Screen

SUMMARY = """\
Print the script with which a shell completes jarbuild and geniejars: commands,
options, their values, jars, aliases, rule codes and paths. `jars` is what the
scripts ask for at each key press; it lists allocated jars and their aliases."""
EXAMPLES = (
    "source <(jarbuild completion bash)     # in ~/.bashrc; zsh: in ~/.zshrc",
    "jarbuild completion fish > ~/.config/fish/completions/jarbuild.fish",
)


def options(parser: Parser) -> None:
    asked = one_of("bash", "zsh", "fish", "jars")
    parser.add_argument("shell", metavar="bash|zsh|fish|jars", type=asked)


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    if arguments.shell == "jars":
        screen.print(_jars())
        return 0
    from jarbuild.completion import SHELLS, programs

    screen.out.write(SHELLS[arguments.shell](programs()))
    return 0


def _jars() -> list[str]:
    """A name and what it is about a line, a tab between them."""
    from geniejars import load_config, read_state

    pool = read_state(load_config())["pool"]
    taken = [(name, entry["alias"]) for name, entry in pool.items() if entry["status"] != "free"]
    return [
        *(f"{alias}\talias of {name}" for name, alias in taken if alias),
        *(f"{name}\t{alias or 'allocated'}" for name, alias in taken),
    ]
