"""A jar's main command, as its last build prepared it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from genieagent.restarts import Policy
from geniejars.config import Config
from geniejars.environment import app_environment, reach
from geniejars.errors import UsageError
from geniejars.folders import make_folder
from geniejars.prepared import App, prepared_from_json
from geniejars.secret_values import kept_secrets
from geniejars.state import JarEntry, changing_state, occupied_entry, read_state

STOP_GRACE = 10.0
"""Seconds an app gets to end by itself, as Docker's `stop` gives it."""


def prepared_app(config: Config, name: str) -> App:
    """CMD with its whole environment; raises UsageError where no build has left one."""
    entry = occupied_entry(read_state(config), name)
    prepared = prepared_from_json(entry["prepared"] or {})
    if prepared.cmd is None:
        raise UsageError(
            f"{name} has no CMD to start", help="build a JFile with a CMD into it first"
        )
    return App(
        prepared.cmd,
        _environment(config, name, entry),
        prepared.workdir,
        prepared.stop_signal,
        Policy.parse(entry["restart"] or "no"),
        prepared.health,
    )


def jar_environment(config: Config, name: str) -> dict[str, str]:
    """What a jar's CMD is started with, for any command in it; in one without a CMD, too.

    Raises UsageError for a jar that is not allocated.
    """
    return _environment(config, name, occupied_entry(read_state(config), name))


def _environment(config: Config, name: str, entry: JarEntry) -> dict[str, str]:
    prepared = prepared_from_json(entry["prepared"] or {})
    own = app_environment(
        entry["ports"] or (), prepared.added_paths, prepared.env, kept_secrets(config, name)
    )
    return {**reach(config), **own}


def keep_restart_policy(config: Config, name: str, policy: Policy) -> None:
    """From its next start on, until the jar is freed, the jar's CMD is restarted like that."""
    with changing_state(config) as state:
        occupied_entry(state, name)["restart"] = str(policy)


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
