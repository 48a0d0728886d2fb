"""`geniejars uninstall`: root removes all that `setup` has made."""

from __future__ import annotations

import argparse
import sys

from geniejars import Config, UsageError, allocated_jars, change_machine, pool_removal
from jarbuild.arguments import Parser
from jarbuild.commands.jars.setup import config_as_root
from jarbuild.display.screen import Screen

SUMMARY = """\
Remove the pool of geniejars.config.json, as root: what runs in its jars, their
homes and users, and everything else that setup made. Backups are kept."""
EXAMPLES = ("sudo geniejars uninstall --dry-run", "sudo geniejars uninstall --yes")


def options(parser: Parser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask before homes are deleted")
    parser.add_argument("--dry-run", action="store_true", help="only print what would be done")
    parser.add_argument("--config", metavar="FILE", help="instead of ./geniejars.config.json")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = config_as_root("uninstall", arguments.config, screen)
    steps = pool_removal(config)
    if arguments.dry_run or not steps:
        screen.print([f"would {step}" for step in steps] or ["nothing to do"])
        return 0
    if not arguments.yes and not _agreed(config):
        screen.print(["nothing was removed"])
        return 1
    change_machine(steps, lambda step: screen.print([str(step)]))
    return 0


def _agreed(config: Config) -> bool:
    """Raises UsageError where nobody can be asked."""
    taken = allocated_jars(config)
    in_use = f" ({', '.join(taken)} in use)" if taken else ""
    question = f"Delete the homes in {config.home_base}{in_use}?"
    if not sys.stdin.isatty():
        raise UsageError(f"not answered: {question}", help="geniejars uninstall --yes")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
