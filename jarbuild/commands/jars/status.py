"""`geniejars status`: all jars, who has them and what runs in them."""

from __future__ import annotations

import argparse
import json

from geniejars import Config, JarEntry, MachineError, State, read_state
from jarbuild.arguments import Parser
from jarbuild.commands.jars.limits import limits
from jarbuild.commands.jars.opened import open_pool
from jarbuild.display.columns import cells, fitted, table
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen
from jarbuild.selection import selected

SUMMARY = "Show all jars: alias, status, the app's process, allocation and ports."
EXAMPLES = ("geniejars status", "geniejars status --json | jq .pool")

MOST_FREE = 10
"""Free jars that are listed one by one; of more only the number is of interest."""

HEADER = ("NAME", "ALIAS", "STATUS", "PROCESS", "ALLOCATED AT", "PORTS")


def options(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="the whole state, for programs")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = open_pool(screen)
    state = read_state(config)
    if arguments.json:
        screen.print([json.dumps(state, indent=2)])
    else:
        screen.print(_lines(config, state, screen.width))
    return 0


def _lines(config: Config, state: State, width: int | None) -> list[str]:
    free = [name for name, entry in state["pool"].items() if entry["status"] == "free"]
    hidden = set(free) if len(free) > MOST_FREE else set()
    shown = {name: entry for name, entry in state["pool"].items() if name not in hidden}
    rows = [_row(config, name, entry) for name, entry in shown.items()]
    header, *lines = table([HEADER, *rows], width)
    rule = "-" * max(map(cells, (header, *lines)))
    return [
        header,
        rule if width is None else fitted(rule, width),
        *lines,
        *([f"({len(hidden)} more are free)"] if hidden else []),
        "",
        *_bounds(config),
        f"Selected: {escaped(selected() or '(none)')}",
    ]


def _bounds(config: Config) -> list[str]:
    """Where somebody has set any: what every jar may take of the machine."""
    is_bounded = config.memory_max is not None or config.cpu_max is not None
    return [f"Each jar: {', '.join(map(' '.join, limits(config).items()))}"] if is_bounded else []


def _row(config: Config, name: str, entry: JarEntry) -> tuple[str, ...]:
    is_taken = entry["status"] == "occupied"
    return (
        name,
        escaped(entry["alias"] or "-"),
        entry["status"],
        _process(config, name) if is_taken else "-",
        entry["allocatedAt"] or "-",
        " ".join(map(str, entry["ports"] or ())),
    )


def _process(config: Config, name: str) -> str:
    from geniejars import agent_status  # loads the client, for taken jars only

    try:
        status = agent_status(config, name)
    except MachineError:  # it ended between two questions
        return "stopped"
    if not status.running:
        return "stopped"
    health = f", {status.health.state}" if status.health else ""
    return f"running (pid {status.pid}{health})"
