"""How a pool is doing, for `doctor`: what its manager can find out without changing anything."""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
from collections.abc import Iterator

from attrs import frozen

from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.pool.agreement import check_pool
from geniejars.pool.installed import Installed, installed_pool
from geniejars.state import all_names

_SECONDS = 10.0


@frozen
class PoolReport:
    """`complaints` are pairs: what is wrong, and what to do about it. `unit` is systemd's word for
    its state; None where systemd does not run."""

    name: str
    version: str
    users: int
    size: int
    sudo: bool
    unit: str | None
    complaints: tuple[tuple[str, str | None], ...]


def pool_report(config: Config) -> PoolReport | None:
    """None where jars are made as by default."""
    pool = installed_pool(config)
    if pool is None:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    names = all_names(config)
    return PoolReport(
        name=pool.at.pool,
        version=str(pool.facts["code"]),
        users=sum(name in users for name in names),
        size=len(names),
        sudo=os.geteuid() == 0 or _may_start(pool),
        unit=_unit_state(pool),
        complaints=tuple(_complaints(pool, config)),
    )


def _complaints(pool: Installed, config: Config) -> Iterator[tuple[str, str | None]]:
    try:
        check_pool(pool, config)
    except MachineError as error:
        yield error.message, error.help
    if os.geteuid() != 0 and not _may_start(pool):
        yield f"sudo does not let this user start {pool.at.program}", "sudo geniejars setup"
    group = pool.facts["manager"]["gid"]
    if group not in (os.getegid(), *os.getgroups()):
        yield (
            f"the group {_group(group)} is not active in this shell: homes cannot be entered",
            f"log out and in again, or type newgrp {_group(group)}",
        )


def _may_start(pool: Installed) -> bool:
    """sudo(8): with -l and a command it says whether that is allowed, and runs nothing."""
    return _succeeds("sudo", "-n", "-l", str(pool.at.program))


def _unit_state(pool: Installed) -> str | None:
    unit = pool.facts["unit"]
    if unit is None:
        return None
    return "active" if _succeeds("systemctl", "--quiet", "is-active", unit) else "inactive"


def _succeeds(*argv: str) -> bool:
    try:
        ended = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
