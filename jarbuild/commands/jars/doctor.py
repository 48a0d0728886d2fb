"""`geniejars doctor`: what isolates jars on this machine, and what a better situation would add."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from attrs import asdict

from geniejars import (
    VERSION,
    Check,
    Config,
    PoolReport,
    Situation,
    check_up,
    find_situation,
    limited_programs,
    pool_report,
)
from jarbuild.arguments import Parser
from jarbuild.commands.jars.limits import limits
from jarbuild.commands.jars.opened import open_pool
from jarbuild.display.columns import table
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen

SUMMARY = """\
Say how jars are isolated on this machine, found by trying, and what is missing.
Then each guarantee is tried from inside a free jar; 1 where one does not hold."""
EXAMPLES = ("geniejars doctor", "geniejars doctor --quick --json")


def options(parser: Parser) -> None:
    parser.add_argument("--quick", action="store_true", help="without trying the guarantees")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    config = open_pool(screen)
    pool = pool_report(config)
    if pool is not None and not arguments.json:
        screen.print(_pool_lines(pool))  # also where the rest cannot be had
    found = find_situation(config)
    checks = () if arguments.quick else check_up(config)
    if arguments.json:
        said = {**_as_object(config, found, pool), "checks": [asdict(check) for check in checks]}
        screen.print([json.dumps(said, indent=2)])
    else:
        screen.print([*_lines(config, found, screen), *_check_lines(checks, screen)])
    return 0 if all(check.holds for check in checks) else 1


def _check_lines(checks: Sequence[Check], screen: Screen) -> list[str]:
    rows = [(f"{c.number}", c.guarantee, _verdict(c), c.mechanism) for c in checks]
    header = ("", "GUARANTEE", "VERDICT", "MECHANISM")
    return ["", *table([header, *rows], screen.width)] if rows else []


def _verdict(check: Check) -> str:
    return "holds" if check.holds else f"OPEN: {', '.join(map(escaped, check.possible))}"


def _as_object(config: Config, found: Situation, pool: PoolReport | None) -> dict[str, Any]:
    return {
        "version": VERSION,
        "isolation": found.name,
        "lost": list(found.lost),
        "network": config.network,
        "allowHosts": list(config.allow_hosts),
        "nested": config.nested,
        "limits": {
            "processMax": config.process_max,
            "memoryMax": config.memory_max,
            "cpuMax": config.cpu_max,
            "tmpSize": config.tmp_size,
        },
        "config": str(config.source) if config.source else None,
        "state": str(config.state_dir),
        "pool": None if pool is None else _pool_object(pool),
    }


def _pool_object(pool: PoolReport) -> dict[str, Any]:
    return {
        "name": pool.name,
        "version": pool.version,
        "users": pool.users,
        "size": pool.size,
        "sudo": pool.sudo,
        "unit": pool.unit,
        "complaints": [what for what, _ in pool.complaints],
    }


def _pool_lines(pool: PoolReport) -> list[str]:
    return [
        f"pool:      {pool.name}, set up by jarbuild {pool.version}",
        f"  users:   {pool.users} of {pool.size}",
        f"  sudo:    {'may start the pool' if pool.sudo else 'refuses'}",
        *([f"  unit:    {pool.unit}"] if pool.unit else []),
        *(f"  wrong:   {what}; {help}" for what, help in pool.complaints),
    ]


def _lines(config: Config, found: Situation, screen: Screen) -> list[str]:
    palette = screen.palette
    label = palette.good(found.name) if not found.lost else palette.warning(found.name)
    return [
        f"isolation: {label}",
        *(f"  missing: {sentence}" for sentence in found.lost),
        *(
            f"  fails:   {', '.join(programs)}: {reason}"
            for reason, programs in limited_programs(config, found.name).items()
        ),
        f"network:   {config.network}",
        *(f"  allowed: {host}" for host in config.allow_hosts),
        f"limits:    {', '.join(map(' '.join, limits(config).items()))}",
        f"config:    {config.source or '(none: the embedded default)'}",
        f"state:     {config.state_dir}",
        f"version:   {VERSION}",
    ]
