"""`geniejars sys`: the server that starts agents when they are needed."""

from __future__ import annotations

import argparse
import json

from geniejars import Config, find_situation, list_agents, server_pid, shut_down
from jarbuild.arguments import Parser, one_of
from jarbuild.commands.jars.opened import open_pool
from jarbuild.display.screen import Screen

SUMMARY = """\
The server that starts agents on demand. Every command starts it by itself;
`down` ends it with everything that runs in jars, apps first and kindly."""
EXAMPLES = ("geniejars sys status --json", "geniejars sys down")


def options(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="status: for programs")
    parser.add_argument("action", metavar="up|down|status", type=one_of("up", "down", "status"))


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    act = {"up": _up, "down": _down, "status": _as_json if arguments.json else _status}
    screen.print(act[arguments.action](open_pool(screen)))
    return 0


def _up(config: Config) -> list[str]:
    """Any question starts it where it does not run."""
    earlier = server_pid(config)
    situation, pid = find_situation(config), server_pid(config)
    how = "already running" if pid == earlier else "started"
    return [f"Server {how} (pid {pid})", f"isolation: {situation.name}"]


def _down(config: Config) -> list[str]:
    shut_down(config)
    return ["Server shut down"]


def _status(config: Config) -> list[str]:
    lines = [
        f"{jar}: running (pid {pid})" + (", building" if role == "build" else "")
        for jar, role, pid in _agents(config)
    ]
    return lines or ["No agents running"]


def _as_json(config: Config) -> list[str]:
    agents = [{"jar": jar, "role": role, "pid": pid} for jar, role, pid in _agents(config)]
    return [json.dumps(agents, indent=2)]


def _agents(config: Config) -> list[tuple[str, str, int]]:
    return sorted((agent.jar, agent.role, agent.pid) for agent in list_agents(config))
