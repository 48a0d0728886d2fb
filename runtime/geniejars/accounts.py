"""Who the manager is, and the folders that are the manager's by custom (XDG)."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen


@frozen
class Account:
    """A manager, with the folder of the state by custom."""

    name: str
    group: str
    home: Path
    state_folder: Path


def own_account() -> Account:
    """Of whoever runs this."""
    return Account(manager_name(), manager_group(), manager_home(), state_folder())


def account_named(name: str) -> Account:
    """A user of this machine; one that does not exist has what we have."""
    own = own_account()
    if name == own.name:
        return own
    try:
        user = pwd.getpwnam(name)
        group = grp.getgrgid(user.pw_gid).gr_name
    except KeyError:
        return Account(name, own.group, own.home, own.state_folder)
    home = Path(user.pw_dir)
    return Account(name, group, home, (_OF_ROOT if user.pw_uid == 0 else home / _OF_USER) / _NAME)


_OF_ROOT, _OF_USER, _NAME = Path("/var/lib"), Path(".local/state"), "jarbuild"


def manager_name() -> str:
    """The user's name; the number where the id has none (as in many containers)."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def manager_group() -> str:
    try:
        return grp.getgrgid(os.getgid()).gr_name
    except KeyError:
        return str(os.getgid())


def manager_home(environ: Mapping[str, str] = os.environ) -> Path:
    """$HOME, else the password database's (cron, systemd and `env -i` set no HOME)."""
    home = environ.get("HOME", "")
    if home.startswith("/"):
        return Path(home)
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return Path("/")


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    return _custom_folder(environ, "XDG_STATE_HOME", "/var/lib", ".local/state") / "jarbuild"


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    return _custom_folder(environ, "XDG_CACHE_HOME", "/var/cache", ".cache") / "jarbuild"


def _custom_folder(environ: Mapping[str, str], variable: str, of_root: str, of_user: str) -> Path:
    """The XDG rule: a relative path counts as not set."""
    chosen = environ.get(variable, "")
    if chosen.startswith("/"):
        return Path(chosen)
    # Root's jars must be reachable by foreign ids, which never get below a 0700 /root.
    return Path(of_root) if os.getuid() == 0 else manager_home(environ) / of_user
