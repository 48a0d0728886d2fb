"""What the zygote must know, written down before it starts: it is told nothing else."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from geniejars.config import Config
from geniejars.ids import IdBlock
from geniejars.state import replace_private
from geniejars.version import VERSION

FACTS_VERSION = 1
PROCESS_LIMIT = 4096  # a jar's: enough for parallel builds, and it ends a fork bomb
TMP_BYTES = 2 << 30  # of a jar's private /tmp


def write_facts(config: Config, ids: IdBlock) -> None:
    given = {"first_id": ids.first, "id_count": ids.count, "fingerprint": fingerprint(config)}
    replace_private(config.facts_file, json.dumps({**_chosen(config), **given}, indent=2) + "\n")


def written_fingerprint(config: Config) -> str:
    """Of the facts that the zygote which runs was started with; "" where they are lost."""
    try:
        return str(json.loads(config.facts_file.read_bytes())["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def fingerprint(config: Config) -> str:
    """Equal for commands that one server can serve: same version, same facts."""
    text = json.dumps([VERSION, _chosen(config), config.allow_hosts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _chosen(config: Config) -> dict[str, Any]:
    return {
        "version": FACTS_VERSION,
        "manager": {"uid": os.getuid(), "gid": os.getgid()},
        "jars": str(config.home_base),
        "common": None if config.common_dir is None else str(config.common_dir),
        "expose": [str(folder) for folder in config.expose],
        "isolation": config.isolation,
        "idle_timeout": config.agent_idle_timeout,
        "process_limit": PROCESS_LIMIT,
        "tmp_size": TMP_BYTES,
        "network": config.network,
    }
