"""`geniejars mount`: a symlink to a jar's home, or to the common folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from geniejars import Config, UsageError, home_dir, load_config, read_state
from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen
from jarbuild.selection import jar_and_rest, jar_named

SUMMARY = "Make LINK a symlink to a jar's home, where the manager may read and write."
EXAMPLES = ("geniejars mount myapp_1 ./myapp-home", "geniejars mount -C ./common")


def options(parser: Parser) -> None:
    parser.add_argument("-C", dest="common", action="store_true", help="to the common folder")
    parser.add_argument("words", metavar="[JAR] LINK", nargs="+", help="the jar may be selected")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = load_config()
    if arguments.common:
        target, rest = _common_folder(config), arguments.words
    else:
        target, rest = _home(config, arguments.words)
    if len(rest) != 1:
        raise UsageError("mount makes one link", help="geniejars mount [JAR] LINK")
    link = Path(rest[0]).absolute()
    _make(link, target)
    screen.print([f"Mounted: {link} -> {target}"])
    return 0


def _home(config: Config, words: list[str]) -> tuple[Path, list[str]]:
    """A single word is the link: where no jar is selected that is an error about the jar."""
    state = read_state(config)
    if len(words) == 1:
        return home_dir(config, jar_named(state, None)), words
    name, rest = jar_and_rest(state, words)
    return home_dir(config, name), rest


def _common_folder(config: Config) -> Path:
    if config.common_dir is None:
        raise UsageError(
            "commonDir is not set in the config",
            help=f"name a folder in {config.source}, for tools that all jars may read",
        )
    config.common_dir.mkdir(parents=True, exist_ok=True)
    return config.common_dir


def _make(link: Path, target: Path) -> None:
    try:
        link.symlink_to(target)
    except OSError as error:
        raise UsageError(
            f"cannot make {link}: {error.strerror}",
            help="LINK is a name that does not exist yet, in a folder of yours",
        ) from error
