"""What the zygote must know, written down before it starts: it is told nothing else.

The embedded default's server writes it; a pool's is written by `setup`, as root.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

from genieagent.sealed import sealed_text, unsealed
from geniejars.config import Config, Isolation
from geniejars.ids import IdBlock
from geniejars.pool.installed import installed_pool
from geniejars.state import replace_private
from geniejars.version import VERSION, code_stamp

FACTS_VERSION = 1

_ISOLATION_FILE = "isolation"


def write_facts(config: Config, ids: IdBlock) -> None:
    given = {"first_id": ids.first, "id_count": ids.count, "fingerprint": fingerprint(config)}
    values = {**_embedded(config), **given}
    replace_private(config.facts_file, sealed_text(values))


def written_fingerprint(config: Config) -> str:
    """Of the facts that the zygote which runs was started with; "" where they are lost."""
    if installed_pool(config) is not None:
        return fingerprint(config)
    try:
        return str(_written_facts(config)["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def first_id(config: Config) -> int:
    """The number of the first jar's user; raises KeyError, OSError where no zygote ever ran, and
    ValueError for facts that are damaged."""
    pool = installed_pool(config)
    facts = _written_facts(config) if pool is None else pool.facts
    return int(facts["first_id"])


def _written_facts(config: Config) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = unsealed(config.facts_file.read_text("utf-8"))
    return facts


def fingerprint(config: Config) -> str:
    """Equal for commands that one server can serve: same version, same facts, and in a checkout,
    behind a space, the same code."""
    pool = installed_pool(config)
    of_root = None if pool is None else pool.facts
    text = json.dumps([VERSION, of_root, _embedded(config), config.allow_hosts], sort_keys=True)
    return f"{hashlib.sha256(text.encode()).hexdigest()[:16]} {code_stamp()}"


def is_same_but_for_code(one: str, other: str) -> bool:
    """Of two fingerprints."""
    return one.partition(" ")[0] == other.partition(" ")[0]


def asked_isolation(config: Config) -> str | None:
    """What this command asks for, else what the last one that did and got jars asked for: a choice
    for `weak` holds for every later command on these jars."""
    if config.isolation is not None:
        return config.isolation
    with suppress(OSError, UnicodeDecodeError):
        asked = (config.state_dir / _ISOLATION_FILE).read_text("utf-8").strip()
        return asked if asked in get_args(Isolation) else None
    return None


def remember_isolation(config: Config) -> None:
    """Jars could be made as this config asks for it."""
    if config.isolation is not None:
        replace_private(config.state_dir / _ISOLATION_FILE, config.isolation + "\n")


def pool_facts(
    config: Config,
    *,
    manager: tuple[int, int],
    ids: tuple[int, int],
    run: Path,
    common_gid: int | None,
    unit: str | None,
    login_gid: int,
) -> dict[str, Any]:
    """Those of a pool: `ids` are the first and how many, `run` is root's folder for its socket."""
    return {
        # Root's zygote knows no other situation that a person could ask for.
        **chosen_facts(config, manager, "full" if config.isolation == "full" else None),
        "first_id": ids[0],
        "id_count": ids[1],
        "run": str(run),
        "common_gid": common_gid,
        "unit": unit,
        "login_gid": login_gid,
        "code": VERSION,
    }


def chosen_facts(
    config: Config, manager: tuple[int, int], isolation: str | None = None
) -> dict[str, Any]:
    """What the config says. `manager` are the ids of its user and its group."""
    uid, gid = manager
    return {
        "version": FACTS_VERSION,
        "manager": {"uid": uid, "gid": gid},
        "jars": str(config.home_base),
        "common": None if config.common_dir is None else str(config.common_dir),
        "expose": [str(folder) for folder in config.expose],
        "isolation": isolation,
        "idle_timeout": config.agent_idle_timeout,
        "process_limit": config.process_max,
        "memory_max": config.memory_max,
        "cpu_max": config.cpu_max,
        "tmp_size": config.tmp_size,
        "network": config.network,
        "nested": config.nested,
    }


def _embedded(config: Config) -> Mapping[str, Any]:
    return chosen_facts(config, (os.getuid(), os.getgid()), asked_isolation(config))
