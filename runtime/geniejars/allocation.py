"""Who has which jar: given out, bound to a JFile, taken back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from geniejars.audit import forget_audit
from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.jars import backup_home, clear_home, end_jar
from geniejars.ports import give_back_ports, take_ports
from geniejars.secret_values import forget_secrets
from geniejars.shares import revoke_shares
from geniejars.state import (
    State,
    changing_state,
    free_entry,
    free_names,
    now,
    occupied_entry,
    occupied_names,
    read_state,
)


def allocate(
    config: Config,
    *,
    backup: bool = False,
    clear: bool = True,
    tag: str | None = None,
    jfile: Path | None = None,
    on_backup: Callable[[Path], None] | None = None,
) -> str:
    """Take a free jar; its name comes back.

    What the last tenant left is backed up (`backup`; `on_backup` gets the archive's path) and
    cleared (`clear`). `jfile` binds the jar to a JFile: `bound_jar` finds it again. Raises
    MachineError where a jar, ports or isolation are wanting.
    """
    with changing_state(config) as state:
        name = _reserve(config, state, tag, jfile)
        state["pool"][name]["uncleared"] = clear and _was_used(config, name)
    try:
        _hand_out(config, name, backup=backup, on_backup=on_backup)
    except BaseException:
        _release(config, name)
        raise
    return name


def deallocate(config: Config, name: str) -> None:
    """Give a jar back: everything in it ends, its ports are free. Raises UsageError."""
    occupied_entry(read_state(config), name)
    end_jar(config, name)
    revoke_shares(config, name)
    _release(config, name)


def bind_jfile(config: Config, name: str, jfile: Path) -> None:
    """Note that this JFile is built into the jar, before its first step."""
    with changing_state(config) as state:
        occupied_entry(state, name)["jfile"] = str(jfile.resolve())


def bound_jar(state: State, jfile: Path) -> str | None:
    """The jar whose last build was of this JFile; None where none is."""
    real = str(jfile.resolve())
    bound = (name for name in occupied_names(state) if state["pool"][name]["jfile"] == real)
    return next(bound, None)


def _reserve(config: Config, state: State, tag: str | None, jfile: Path | None) -> str:
    free = free_names(state)
    if not free:
        raise MachineError(
            f"all {len(state['pool'])} jars are taken",
            help="geniejars status shows by whom; geniejars free gives one back",
        )
    name = free[0]
    entry = state["pool"][name] = free_entry(state["pool"][name]["number"])
    entry["status"] = "occupied"
    entry["allocatedAt"] = now()
    entry["allocatedBy"] = config.manager_user
    entry["allocation"] = os.urandom(16).hex()
    entry["tag"] = tag
    entry["ports"] = take_ports(state, name, config.ports_per_geniejars)
    entry["jfile"] = None if jfile is None else str(jfile.resolve())
    return name


def _was_used(config: Config, name: str) -> bool:
    return (config.home_base / name).exists()


def _hand_out(
    config: Config, name: str, *, backup: bool, on_backup: Callable[[Path], None] | None
) -> None:
    forget_audit(config, name)
    if backup:
        archive = backup_home(config, name)
        if on_backup is not None:
            on_backup(archive)
    if read_state(config)["pool"][name]["uncleared"]:
        clear_home(config, name)


def _release(config: Config, name: str) -> None:
    with changing_state(config) as state:
        give_back_ports(state, name)
        state["pool"][name] = free_entry(state["pool"][name]["number"])
    forget_secrets(config, name)
