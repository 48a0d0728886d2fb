"""The pool as its manager's commands find it: set up by root or not, and by which version.

Nothing is taken from it but where to knock; what the zygote may do is decided by root's own copy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from geniejars.config import Config
from geniejars.pool.places import SYSTEM, Places, PoolPlaces


@frozen
class Installed:
    """`facts` are those that root wrote for the zygote."""

    at: PoolPlaces
    facts: Mapping[str, Any]


def installed_pool(config: Config, places: Places = SYSTEM) -> Installed | None:
    """The pool of this config; None where it is not set up, and jars are made as by default."""
    at = places.of(config.pool_prefix)
    try:
        facts = json.loads(at.facts.read_bytes())
        is_same = facts["jars"] == str(config.home_base)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Installed(at, facts) if is_same else None


def zygote_folder(config: Config) -> Path:
    """Where the zygote's socket lies."""
    pool = installed_pool(config)
    return config.socket_dir if pool is None else pool.at.run
