"""A jar's main command, as its last build prepared it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from geniejars.config import Config
from geniejars.environment import app_environment, reach_of_manager
from geniejars.errors import UsageError
from geniejars.folders import make_folder
from geniejars.prepared import prepared_from_json
from geniejars.secret_values import kept_secrets
from geniejars.state import occupied_entry, read_state

STOP_GRACE = 10.0
"""Seconds an app gets to end by itself, as Docker's `stop` gives it."""


@frozen
class App:
    """What `start` of an agent needs."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    stop_signal: str


def prepared_app(config: Config, name: str) -> App:
    """CMD with its whole environment; raises UsageError where no build has left one."""
    entry = occupied_entry(read_state(config), name)
    prepared = None if entry["prepared"] is None else prepared_from_json(entry["prepared"])
    if prepared is None or prepared.cmd is None:
        raise UsageError(
            f"{name} has no CMD to start", help="build a JFile with a CMD into it first"
        )
    reach = reach_of_manager() if config.forward_proxy else {}
    own = app_environment(
        entry["ports"] or (), prepared.added_paths, prepared.env, kept_secrets(config, name)
    )
    return App(prepared.cmd, {**reach, **own}, prepared.workdir, prepared.stop_signal)


def log_file_path(config: Config, name: str) -> Path:
    """Where the manager reads what the jar's CMD writes: a link into the jar's folder."""
    return config.log_dir / f"{name}.log"


def link_log(config: Config, name: str) -> None:
    """Put that link where it belongs."""
    make_folder(config.log_dir, 0o700)
    link = log_file_path(config, name)
    target = config.home_base / name / "log" / "app.log"
    if not (link.is_symlink() and link.readlink() == target):
        link.unlink(missing_ok=True)
        with suppress(FileExistsError):  # another command was faster
            link.symlink_to(target)
