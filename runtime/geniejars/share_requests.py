"""Sharing a folder with a jar and taking it back: what may be shared, and what that ends."""

from __future__ import annotations

import os
from pathlib import Path

from genieagent.orders import MOST_SHARES, may_appear
from geniejars.accounts import cache_folder, state_folder
from geniejars.apps import STOP_GRACE
from geniejars.config import Config
from geniejars.errors import StepFailedError, UsageError
from geniejars.folders import first_closed
from geniejars.foreign_settings import note_writable
from geniejars.home import Home
from geniejars.processes import agent_status
from geniejars.reception import open_session, reach_server
from geniejars.shares import shared_folders
from geniejars.state import SharedFolder, changing_state, occupied_entry


class JarInUseError(StepFailedError):
    """Something runs in the jar, which sees its shared folders as they were when it started."""

    code = "jar-in-use"


def share_folder(home: Home, path: Path, *, writable: bool, restart: bool) -> Path:
    """Show a folder in the jar, from now on; its real path comes back.

    Raises UsageError for one that cannot be shared, and JarInUseError where something runs in the
    jar, unless it may be ended (`restart`).
    """
    real = path.resolve()
    share = SharedFolder(path=str(real), writable=writable)
    others = [s for s in shared_folders(home.config, home.name) if s["path"] != share["path"]]
    _check(home.config, real, others, writable=writable)
    if writable:
        note_writable(real)
    _change(home, [*others, share], restart=restart)
    return real


def unshare_folder(home: Home, path: Path, *, restart: bool) -> Path:
    """Take it back; raises UsageError where it is not shared, JarInUseError."""
    shares = shared_folders(home.config, home.name)
    real = next((p for p in (path.resolve(), path.absolute()) if _has(shares, p)), None)
    if real is None:
        raise UsageError(f"{path} is not shared with {home.name}", help=_list_of(shares))
    with_rest = [share for share in shares if share["path"] != str(real)]
    _change(home, with_rest, restart=restart)
    with reach_server(home.config) as server:
        server.revoke(home.name, str(real))
    return real


def _has(shares: list[SharedFolder], path: Path) -> bool:
    return any(share["path"] == str(path) for share in shares)


def _list_of(shares: list[SharedFolder]) -> str:
    paths = ", ".join(share["path"] for share in shares)
    return f"shared are {paths}" if paths else "geniejars share PATH shares a folder"


def _check(config: Config, real: Path, others: list[SharedFolder], *, writable: bool) -> None:
    for complaint in _complaints(config, real, others, writable=writable):
        raise UsageError(f"{real} cannot be shared: {complaint}")


def _complaints(
    config: Config, real: Path, others: list[SharedFolder], *, writable: bool
) -> list[str]:
    if not real.is_dir():
        return ["it is no folder"]
    with reach_server(config) as server:
        has_mounts = server.situation().name != "no-namespaces"
    closed = None if has_mounts else first_closed([*reversed(real.parents)])
    paths = [Path(share["path"]) for share in others]
    rules = {
        "its path is taken inside (by the jar's home or the system's folders)": (
            may_appear(str(real))
        ),
        "it holds what jarbuild keeps (state, cache, backups, common tools), or is part of it": (
            not any(_overlap(real, folder) for folder in _kept(config))
        ),
        "another shared folder is in it, or it in one": (
            not any(_overlap(real, other) for other in paths)
        ),
        f"{config.source} is in it, by which the jar could name programs that you run": (
            not writable or config.source is None or not config.source.is_relative_to(real)
        ),
        f"a jar has {MOST_SHARES} at most": len(others) < MOST_SHARES,
        "it is not yours (a folder to write in must be)": (
            not writable or real.stat().st_uid == os.geteuid()
        ),
        f"jars cannot pass {closed}, which is closed to other users": closed is None,
        "you may not read it": os.access(real, os.R_OK | os.X_OK),
    }
    return [complaint for complaint, holds in rules.items() if not holds]


def _kept(config: Config) -> list[Path]:
    """What other jars' homes, builds and tools come from; by real paths, as what is shared has."""
    folders = (config.state_dir, config.home_base, config.backup_dir, config.log_dir)
    others = (config.common_dir, cache_folder(), state_folder())
    return [folder.resolve() for folder in (*folders, *others) if folder is not None]


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _change(home: Home, shares: list[SharedFolder], *, restart: bool) -> None:
    """What runs is ended, and the app started again, once the new list holds."""
    status = agent_status(home.config, home.name)
    if (status.running or status.sessions) and not restart:
        raise JarInUseError(
            f"something runs in {home.name}, and what is shared shows at its next start",
            help="--restart ends it and starts the app again",
        )
    if status.running:
        with open_session(home.config, home.name, "live") as session:
            session.stop(STOP_GRACE)
    with changing_state(home.config) as state:
        occupied_entry(state, home.name)["shares"] = shares
    with reach_server(home.config) as server:
        server.end(home.name, "live")
        server.settle(home.name)
    if status.running:
        home.start_app()
