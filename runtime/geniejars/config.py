"""What a pool is configured to be: the ancestor's 19 keys, and a few of our own.

`geniejars.config.json` spells the keys in camelCase; a key that is left out has the embedded
default's value, relative to the folder of the state file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from attrs import field, frozen

from geniejars.accounts import manager_group, manager_name, state_folder
from geniejars.errors import UsageError

Isolation = Literal["full", "single", "weak"]
Network = Literal["host", "none", "filtered"]
Size = int
"""In bytes; a config may write it as text: "20GB"."""

UNSAFE_IN_COMMON = frozenset(" \t\n\r\v\f\"'$\\`")
"""`${COMMON}` is written into shell commands as it is; one of these would change their meaning."""


@frozen(kw_only=True)
class Config:
    """One pool. All paths are absolute; `source` is the file it was read from, if any."""

    pool_prefix: str
    pool_size: int
    pool_padding: int
    home_base: Path  # holds one folder a jar
    manager_user: str
    manager_group: str
    state_file: Path
    lock_file: Path
    backup_dir: Path
    socket_dir: Path
    python_path: Path  # the interpreter of zygote and agents
    port_base: int
    port_count: int
    ports_per_geniejars: int
    common_user: str
    common_dir: Path | None
    log_dir: Path
    agent_idle_timeout: float = field(converter=float)  # seconds; 0 = never
    shutdown_grace_ms: int
    expose: tuple[Path, ...] = ()  # folders every jar may read, at their own paths
    network: Network = "host"
    allow_hosts: tuple[str, ...] = ()  # of network "filtered"; allowlist.py says how to write them
    nested: bool = False  # another sandbox may be made inside; only with full isolation
    process_max: int = 4096  # of a jar: enough for parallel builds, and it ends a fork bomb
    memory_max: Size | None = None  # of a jar; the next two hold where control groups are delegated
    cpu_max: float | None = None  # of a jar, in CPUs
    tmp_size: Size = 2 << 30  # of a jar's private /tmp
    isolation: Isolation | None = None  # None: the best there is, but never weak
    cache_max_size: Size = 20 * 10**9
    forward_proxy: bool = True  # proxy and certificate variables reach what runs in a jar
    source: Path | None = None
    notes: tuple[str, ...] = ()  # what the manager should hear about the file

    @property
    def state_dir(self) -> Path:
        return self.state_file.parent

    @property
    def secrets_dir(self) -> Path:
        return self.state_dir / "secrets"

    @property
    def facts_file(self) -> Path:
        return self.state_dir / "facts.json"

    @property
    def server_log(self) -> Path:
        return self.state_dir / "server.log"


def embedded_config(environ: Mapping[str, str] = os.environ) -> Config:
    """The pool of whoever has no config file. Touches nothing on disk."""
    return default_config(state_folder(environ) / "state.json")


def default_config(state_file: Path) -> Config:
    """Everything beside this state file. Links on the way are resolved: a jar without mounts
    has its home at its real path."""
    state = state_file.parent.resolve()
    return Config(
        pool_prefix="jar",
        pool_size=100,
        pool_padding=3,
        home_base=state / "jars",
        manager_user=manager_name(),
        manager_group=manager_group(),
        state_file=state / state_file.name,
        lock_file=(state / state_file.name).with_suffix(".lock"),
        backup_dir=state / "backups",
        socket_dir=state / "run",
        python_path=Path(sys.executable),
        port_base=20000,
        port_count=200,
        ports_per_geniejars=2,
        common_user=manager_name(),
        common_dir=_safe_or_none(state / "common"),
        log_dir=state / "log",
        agent_idle_timeout=300,
        shutdown_grace_ms=10_000,
    )


def _safe_or_none(folder: Path) -> Path | None:
    """No common folder at all is better than one that cannot be written into a command."""
    return None if UNSAFE_IN_COMMON & set(str(folder)) else folder


def checked(config: Config) -> Config:
    """The same config; raises UsageError for values that cannot work together."""
    for complaint in _complaints(config):
        raise UsageError(complaint, help=f"edit {config.source}" if config.source else None)
    return config


def _complaints(config: Config) -> list[str]:
    common = "" if config.common_dir is None else str(config.common_dir)
    rules = {
        "poolPrefix: a jar's name is letters, digits, - and _, and starts with a letter": (
            _is_name(config.pool_prefix)
        ),
        "poolSize must be at least 1": config.pool_size >= 1,
        "poolPadding must be 0 to 9": 0 <= config.pool_padding <= 9,
        "portBase and portCount must stay within 1 to 65535": (
            config.port_base >= 1
            and config.port_count >= 0
            and config.port_base + config.port_count <= 65536
        ),
        "portsPerGeniejars must not be negative": config.ports_per_geniejars >= 0,
        "agentIdleTimeout and shutdownGraceMs must not be negative": (
            config.agent_idle_timeout >= 0 and config.shutdown_grace_ms >= 0
        ),
        "commonDir must have no white space, quotes, $, ` or \\ in it": (
            not UNSAFE_IN_COMMON & set(common)
        ),
        "cacheMaxSize must not be negative": config.cache_max_size >= 0,
        "processMax must be at least 16": config.process_max >= 16,
        "memoryMax and tmpSize must be at least 1M": (
            min(config.tmp_size, config.memory_max or config.tmp_size) >= 1 << 20
        ),
        "cpuMax must be at least 0.01": config.cpu_max is None or config.cpu_max >= 0.01,
        f"network: one of {', '.join(get_args(Network))}": config.network in get_args(Network),
        f"isolation: one of {', '.join(get_args(Isolation))}": (
            config.isolation is None or config.isolation in get_args(Isolation)
        ),
    }
    broken = [complaint for complaint, holds in rules.items() if not holds]
    return [*broken, *_complaints_about_hosts(config)]


def _complaints_about_hosts(config: Config) -> list[str]:
    if not config.allow_hosts:
        return []
    from geniejars.allowlist import BadHostError, parse_allowlist

    try:
        parse_allowlist(config.allow_hosts)
    except BadHostError as error:
        return [f"allowHosts: {error}"]
    if config.network != "filtered":
        return ['allowHosts is for network "filtered"']
    return []


def _is_name(text: str) -> bool:
    """Jars' names are file names, and system users' names in a pool."""
    letters = text.replace("-", "").replace("_", "")
    return text.isascii() and text[:1].isalpha() and letters.isalnum()
