"""`geniejars preconfig`: a config file to start from, with this user and sane paths filled in."""

from __future__ import annotations

import argparse
import json
import os
import pwd
import sys
from pathlib import Path
from typing import Any

from geniejars import SCHEMA_FILE, UsageError
from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen

SUMMARY = """\
Write geniejars.config.json, for a pool of system users, into the current
folder. Without root's help none is needed: jars are to be had without a config."""
EXAMPLES = ("geniejars preconfig", "geniejars preconfig && sudo geniejars setup --dry-run")

FILE = "geniejars.config.json"
POOL = "gjar"
SYSTEM_PYTHON = Path("/usr/bin/python3")


def options(parser: Parser) -> None:
    """It takes nothing."""


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    content = json.dumps(_template(), indent=2) + "\n"
    try:
        with Path(FILE).open("x") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(
            f"{FILE} already exists", help="remove it first if you want to start anew"
        ) from None
    screen.print(
        [
            f"{FILE} created in {Path.cwd()}",
            "Edit it to match your system (an editor that knows JSON schemas explains each key),",
            "then see what it would do: sudo geniejars setup --dry-run",
        ]
    )
    return 0


def _template() -> dict[str, Any]:
    """Homes and what all jars read lie in folders of root's, the rest is the manager's."""
    user, is_root = _user_name(), os.getuid() == 0
    of_root = f"/var/lib/geniejars/{POOL}"
    own = f"{of_root}/manager" if is_root else f"~/.local/state/geniejars/{POOL}"
    return {
        "$schema": SCHEMA_FILE.as_uri(),
        "poolPrefix": POOL,
        "poolSize": 5,
        "poolPadding": 3,
        "homeBase": f"{of_root}/jars",
        "managerUser": user,
        "managerGroup": f"{POOL}-mgr",
        "stateFile": f"{own}/state.json",
        "lockFile": f"{own}/state.lock",
        "backupDir": f"{own}/backups",
        "socketDir": f"{own}/run",
        "pythonPath": str(SYSTEM_PYTHON if SYSTEM_PYTHON.exists() else sys.executable),
        "portBase": 10000,
        "portCount": 50,
        "portsPerGeniejars": 2,
        "commonUser": f"{POOL}common",
        "commonDir": f"{of_root}/common",
        "logDir": f"{own}/log",
        "agentIdleTimeout": 300,
        "shutdownGraceMs": 10000,
    }


def _user_name() -> str:
    """Raises UsageError for a user who cannot be named in a config."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise UsageError(
            f"there is no user with the id {os.getuid()}",
            help="a config names its manager: let a user of this machine type it",
        ) from None
