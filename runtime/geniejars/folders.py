"""The folders a pool keeps on disk, made as they are needed and checked before they are used."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.pool.installed import Installed, installed_pool

PRIVATE = 0o700
PASSABLE = 0o711
"""Foreign ids may pass through (a jar without namespaces lives at its real path), not look."""


class ForeignStateError(MachineError):
    """A state folder that is not the manager's alone: what is in it cannot be trusted."""

    code = "foreign-state"


def make_state_folders(config: Config) -> None:
    """Make what is missing; raises ForeignStateError, MachineError where it cannot be made, or is
    root's and not as this config says."""
    pool = installed_pool(config)
    if pool is not None:
        _check_pool(pool, config)
    # A jar of root's may have to live at its real path, without a namespace of its own.
    make_folder(config.state_dir, PASSABLE if os.geteuid() == 0 else PRIVATE)
    make_folder(config.socket_dir, PRIVATE)
    make_folder(config.secrets_dir, PRIVATE)
    if pool is not None:
        return  # the rest is root's, and there
    _make_homes(config)
    if config.common_dir is not None and config.common_dir.is_relative_to(config.state_dir):
        make_folder(config.common_dir, 0o755)


def _check_pool(pool: Installed, config: Config) -> None:
    from geniejars.pool.agreement import check_pool  # which needs accounts, and few commands it

    check_pool(pool, config)


def _make_homes(config: Config) -> None:
    try:
        make_folder(config.home_base, PASSABLE)
    except MachineError as error:
        if config.source is not None and os.geteuid() != 0:
            error.help = f"let root set up this pool: sudo geniejars setup --config {config.source}"
        raise


def make_folder(folder: Path, mode: int) -> None:
    """A folder of the manager's own; one that is there keeps its mode."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir(mode)
            folder.chmod(mode)  # whatever the umask is
        check_owner(folder)
    except OSError as error:
        raise MachineError(
            f"cannot make {folder}: {error.strerror}",
            help="set XDG_STATE_HOME (or the folders in the config) to where you may write",
        ) from error


def check_owner(folder: Path) -> None:
    """Raises ForeignStateError; OSError where there is no such folder."""
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise ForeignStateError(
            f"{folder} belongs to uid {found.st_uid}, and this is uid {os.geteuid()}",
            help="set XDG_STATE_HOME (or stateFile in the config) to a folder of your own",
        )
    if found.st_mode & stat.S_IWOTH:
        raise ForeignStateError(
            f"everybody can write into {folder}",
            help="choose another folder, or take that right away: chmod o-w",
        )


def closed_passage(config: Config) -> Path | None:
    """The first folder on the way to root's jars that shuts other ids out."""
    way = [*reversed(config.home_base.parents), config.home_base] if os.geteuid() == 0 else []
    return first_closed(way)


def first_closed(way: Iterable[Path]) -> Path | None:
    """The first of these folders that others may not pass."""
    return next((folder for folder in way if not folder.stat().st_mode & stat.S_IXOTH), None)
