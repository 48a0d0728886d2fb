"""`geniejars setup`: root makes the users and everything else that a pool needs."""

from __future__ import annotations

import argparse
import os

from geniejars import Config, UsageError, change_machine, find_config, load_config, pool_setup
from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen

SUMMARY = """\
Set up the pool of geniejars.config.json, as root: a user for each jar, and the
one program that their manager may start. Again after a change of the config or
of jarbuild; what is as it should be stays."""
EXAMPLES = ("sudo geniejars setup --dry-run", "sudo geniejars setup")


def options(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only print what would be done")
    parser.add_argument("--config", metavar="FILE", help="instead of ./geniejars.config.json")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = config_as_root("setup", arguments.config, screen)
    steps = pool_setup(config)
    if arguments.dry_run:
        screen.print([f"would {step}" for step in steps] or ["nothing to do"])
        return 0
    change_machine(steps, lambda step: screen.print([str(step)]))
    screen.print(_next(config) if steps else ["nothing to do"])
    return 0


def config_as_root(command: str, file: str | None, screen: Screen) -> Config:
    """The config to work with; raises UsageError where it does not say enough, or this is not
    root."""
    if os.geteuid() != 0:
        raise UsageError(f"{command} changes the machine", help=f"sudo geniejars {command}")
    if find_config(file) is None:
        raise UsageError(
            "there is no geniejars.config.json here",
            help="geniejars preconfig writes one, --config names one elsewhere",
        )
    config = load_config(file)
    for note in config.notes:
        screen.note(f"note: {note}")
    asked_by = os.environ.get("SUDO_USER", "root")
    if config.manager_user == "root" != asked_by:
        raise UsageError(
            f"{config.source} does not say whose pool it is", help=f'"managerUser": "{asked_by}"'
        )
    return config


def _next(config: Config) -> list[str]:
    if config.manager_user == "root":
        return ["", "The pool is ready: geniejars alloc -s"]
    return [
        "",
        f"The pool is ready for {config.manager_user}, without sudo: geniejars alloc -s",
        f"To read and write homes, {config.manager_user} must be in the group "
        f"{config.manager_group}: log out and in again,",
        f"or type in an open shell: newgrp {config.manager_group}",
    ]
