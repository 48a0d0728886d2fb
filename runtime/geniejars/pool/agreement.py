"""Whether a pool that root has set up is the one that its manager's commands expect."""

from __future__ import annotations

import grp
import os
import pwd

from geniejars.accounts import manager_name
from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.facts import chosen_facts
from geniejars.pool.installed import Installed
from geniejars.state import pool_name
from geniejars.version import VERSION

_KEYS = {
    "manager": "managerUser or managerGroup",
    "common": "commonDir",
    "expose": "expose",
    "idle_timeout": "agentIdleTimeout",
    "process_limit": "processMax",
    "memory_max": "memoryMax",
    "cpu_max": "cpuMax",
    "tmp_size": "tmpSize",
    "network": "network",
    "nested": "nested",
}
"""What the config and root's facts are compared in, and the keys that people know it by."""

_SETUP = "sudo geniejars setup"


class OutdatedSetupError(MachineError):
    """Root's part of the pool is of another version or config."""

    code = "outdated-setup"


def check_pool(pool: Installed, config: Config) -> None:
    """Raises MachineError where this user, version or config is not the pool's."""
    name = pool.at.pool
    if os.getuid() != pool.facts["manager"]["uid"]:
        manager = _user(pool.facts["manager"]["uid"])
        raise MachineError(
            f"the pool {name} is {manager}'s, and this is {manager_name()}",
            help=f"sudo -iu {manager}, or a config of your own",
        )
    if pool.facts["code"] != VERSION:
        raise OutdatedSetupError(
            f"the pool {name} was set up by jarbuild {pool.facts['code']}, and this is {VERSION}",
            help=_SETUP,
        )
    if changed := _changed_keys(pool, config):
        raise OutdatedSetupError(
            f"{', '.join(changed)}: changed in the config since the pool {name} was set up",
            help=_SETUP,
        )


def _changed_keys(pool: Installed, config: Config) -> list[str]:
    wanted = chosen_facts(config, _ids(config))
    changed = [key for fact, key in _KEYS.items() if pool.facts.get(fact) != wanted[fact]]
    is_larger = 2 * config.pool_size > pool.facts["id_count"]
    names = [*changed, *(["poolSize"] if is_larger else [])]
    return names or ([] if _exists(pool_name(config, 1)) else ["poolPadding"])


def _ids(config: Config) -> tuple[int, int]:
    """Of accounts that do not exist: none that anybody has."""
    try:
        user, group = pwd.getpwnam(config.manager_user), grp.getgrnam(config.manager_group)
    except KeyError:
        return (-1, -1)
    return user.pw_uid, group.gr_gid


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
