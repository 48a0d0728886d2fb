"""`geniejars preconfig`: a config file to start from, with this user and sane paths filled in."""

from __future__ import annotations

import argparse
import grp
import json
import os
import pwd
import sys
from pathlib import Path
from typing import Any

from geniejars import UsageError
from jarbuild.arguments import Parser
from jarbuild.display.screen import Screen

SUMMARY = "Write geniejars.config.json, for a pool of its own, into the current folder."
EXAMPLES = ("geniejars preconfig", "GENIEJARS_HOME=$PWD geniejars status")

FILE = "geniejars.config.json"


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
    screen.print([f"{FILE} created in {Path.cwd()}", "Edit it to match your system."])
    return 0


def _template() -> dict[str, Any]:
    user = pwd.getpwuid(os.getuid()).pw_name
    base = _state_folder()
    return {
        "poolPrefix": "gjar",
        "poolSize": 5,
        "poolPadding": 3,
        "homeBase": f"{base}/jars",
        "managerUser": user,
        "managerGroup": grp.getgrgid(os.getgid()).gr_name,
        "stateFile": f"{base}/state.json",
        "lockFile": f"{base}/state.lock",
        "backupDir": f"{base}/backups",
        "socketDir": f"{base}/run",
        "pythonPath": sys.executable,
        "portBase": 10000,
        "portCount": 50,
        "portsPerGeniejars": 2,
        "commonUser": user,
        "commonDir": f"{base}/common",
        "logDir": f"{base}/log",
        "agentIdleTimeout": 300,
        "shutdownGraceMs": 10000,
    }


def _state_folder() -> str:
    """Not below the home of root: it is closed, and a jar with an id of its own must pass."""
    return "/var/lib/geniejars" if os.getuid() == 0 else "~/.local/state/geniejars"
