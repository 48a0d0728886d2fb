"""What there is on the machine of a pool, looked at before anything is decided. Changes nothing."""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from attrs import frozen

import genieagent
from geniejars.config import Config
from geniejars.errors import MachineError, flaw
from geniejars.ids import Census, take_census
from geniejars.pool.places import PoolPlaces
from geniejars.pool.record import Record, read_record
from geniejars.pool.running import count_agents
from geniejars.pool.trust import Found, Look
from geniejars.state import State

TOOLS = ("useradd", "userdel", "groupadd", "groupdel", "gpasswd", "sudo", "visudo")
_MOST_STATE = 1 << 24


@frozen
class Account:
    uid: int
    gid: int
    home: Path


@frozen
class Group:
    gid: int
    members: frozenset[str] = frozenset()


@frozen
class Interpreter:
    """`path` are the folders it loads its modules from."""

    version: tuple[int, int]
    path: tuple[Path, ...]


@frozen
class Survey:
    """`look` and `read` show what lies at a path. `agents`: how many run, None where no zygote
    does. `ours` and `installed` are digests of the code that runs as root."""

    users: Mapping[str, Account]
    groups: Mapping[str, Group]
    look: Look
    read: Callable[[Path], str | None]
    record: Record
    census: Census
    tools: frozenset[str]
    python: Interpreter | None
    ours: str
    installed: str | None
    allocated: tuple[str, ...]
    agents: int | None
    has_systemd: bool


def look_around(config: Config, at: PoolPlaces) -> Survey:
    """Raises MachineError where a file of ours is damaged."""
    users = {entry.pw_name: _account(entry) for entry in pwd.getpwall()}
    return Survey(
        users=users,
        groups={e.gr_name: Group(e.gr_gid, frozenset(e.gr_mem)) for e in grp.getgrall()},
        look=look,
        read=read,
        record=_record(at.record),
        census=take_census(at.folder, at.places.registry),
        tools=frozenset(tool for tool in TOOLS if shutil.which(tool, path=_SEARCH_PATH)),
        python=_interpreter(config.python_path, users.get(config.manager_user)),
        ours=digest_of_code(code_folder()),
        installed=digest_of_code(at.code) if at.code.is_dir() else None,
        allocated=_allocated(config.state_file),
        agents=count_agents(at.run),
        has_systemd=at.places.systemd.is_dir(),
    )


_SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_uid, entry.pw_gid, Path(entry.pw_dir))


def look(path: Path) -> Found | None:
    try:
        found = path.lstat()
        target = str(path.readlink()) if stat.S_ISLNK(found.st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Found(found.st_uid, found.st_gid, found.st_mode, target)


def read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None


def _record(path: Path) -> Record:
    try:
        return read_record(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise MachineError(
            f"{path} is damaged: {flaw(error)}",
            help="put it back from a backup: it lists what setup made, for uninstall to remove",
        ) from error


def code_folder() -> Path:
    return Path(genieagent.__file__).resolve().parent


def digest_of_code(folder: Path) -> str:
    """Of names and contents of the modules."""
    total = hashlib.sha256()
    for path in modules(folder):
        total.update(f"{path.relative_to(folder)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def modules(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


_PROBE = "import sys, json; print(json.dumps([sys.version_info[:2], sys.path]))"


def _interpreter(python: Path, manager: Account | None) -> Interpreter | None:
    """As it says itself, asked with the manager's rights: nobody has vouched for it yet. None
    where it does not run."""
    if manager is None:
        return None
    try:
        said = subprocess.run(
            [python, "-I", "-S", "-c", _PROBE],
            capture_output=True,
            check=True,
            timeout=20,
            cwd="/",
            env={},
            user=manager.uid,
            group=manager.gid,
            extra_groups=[],
        )
        (major, minor), path = json.loads(said.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Interpreter((major, minor), tuple(Path(folder) for folder in path if folder))


def _allocated(state_file: Path) -> tuple[str, ...]:
    """The file is the manager's: no link is followed, and only names are taken from it."""
    try:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(state_file, flags), "rb") as file:
            state: State = json.loads(file.read(_MOST_STATE))
        pool = state["pool"].items()
        return tuple(str(name) for name, entry in pool if entry["status"] == "occupied")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
