"""The thirteen guarantees, each tried in a jar that is made for it: what `doctor` reports.

A safe selection: nothing here can harm a machine on which a guarantee fails. tests/attacks has
the rest.
"""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import frozen

from genieagent.view import PRIVATE_FOLDERS, is_below
from geniejars.accounts import manager_home
from geniejars.allocation import allocate, deallocate
from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.home import Home
from geniejars.jars import find_situation
from geniejars.processes import run_as, run_shell_as
from geniejars.state import replace_private

PROBE = Path(__file__).with_name("checkup_probe.py")
PROBE_SECONDS = 60.0
_SYSTEM_FOLDERS = ("/", "/usr", "/etc", "/opt", "/var", "/run", "/proc", "/dev")


@frozen
class Check:
    """`possible` is what could be done all the same; empty where the guarantee holds."""

    number: int
    guarantee: str
    mechanism: str
    possible: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.possible


@frozen
class Guarantee:
    """Of SECURITY's table; by which means with namespaces, and without."""

    text: str
    by_namespaces: str
    by_rules: str


_GUARANTEES: Mapping[int, Guarantee] = {
    1: Guarantee("writes only in the home and its /tmp", "read-only mounts, Landlock", "Landlock"),
    2: Guarantee("cannot read the manager's files", "not mounted", "Landlock, modes"),
    3: Guarantee("cannot touch processes outside", "pid namespace", "uid, Landlock"),
    4: Guarantee("cannot command its agent", "a second uid, or Landlock", "uid, Landlock"),
    5: Guarantee("a jar ends completely", "end of its pid namespace", "end of all descendants"),
    6: Guarantee("the next tenant finds nothing", "wipe", "wipe"),
    7: Guarantee("no terminal injection", "seccomp", "seccomp"),
    8: Guarantee("only its own network and ports", "net namespace, or Landlock", "Landlock"),
    9: Guarantee("the manager follows no link", "files pass as descriptors", "the same"),
    10: Guarantee("secrets are for the manager only", "modes", "modes"),
    11: Guarantee("processes and /tmp are bounded", "rlimit, tmpfs size", "rlimit"),
    12: Guarantee("the filter is on, and stays", "seccomp, no_new_privs", "the same"),
    13: Guarantee("an app cannot reach a build", "a closed folder", "a closed folder, Landlock"),
}
_PARTS = {"writes": 1, "reads": 2, "touches": 3, "commands_agent": 4, "injects": 7, "binds": 8,
          "unbounded": 11, "loosens": 12, "poisons": 13}  # fmt: skip
"""What the probe calls them."""


def check_up(config: Config) -> tuple[Check, ...]:
    """Raises UsageError where no jar is free, MachineError where the probe cannot run."""
    has_namespaces = find_situation(config).name in ("full", "single")
    token = os.urandom(8).hex()
    with _jar(config) as home, _canary(config, token) as canary:
        possible = _probe(home, canary, has_namespaces=has_namespaces)
        possible[9] = _followed(home, canary, token)
        possible[5] = _left_running(home)
        run_shell_as(config, home.name, f"echo > {token}; echo > /tmp/{token}")
    with _jar(config) as home:
        possible[6] = _left_behind(home, token)
    possible[10] = _open_secrets(config)
    return tuple(_check(number, possible[number], has_namespaces) for number in _GUARANTEES)


def _check(number: int, possible: list[str], has_namespaces: bool) -> Check:
    guarantee = _GUARANTEES[number]
    mechanism = guarantee.by_namespaces if has_namespaces else guarantee.by_rules
    return Check(number, guarantee.text, mechanism, tuple(possible))


@contextmanager
def _jar(config: Config) -> Iterator[Home]:
    name = allocate(config)
    try:
        yield Home(config, name, _ignore, _ignore)
    finally:
        deallocate(config, name)


@contextmanager
def _canary(config: Config, token: str) -> Iterator[Path]:
    """A file that everybody could read who gets that far."""
    file = config.state_dir / f"doctor-{token}"
    replace_private(file, token)
    file.chmod(0o644)
    try:
        yield file
    finally:
        file.unlink()


def _probe(home: Home, canary: Path, *, has_namespaces: bool) -> dict[int, list[str]]:
    facts = json.dumps(_facts(home, canary, has_namespaces))
    words = ["-I", "-S", "-c", PROBE.read_text("utf-8"), facts]
    ended = run_as(home.config, home.name, "python3", words, capture=True, timeout=PROBE_SECONDS)
    if ended.exit_code != 0:
        said = ended.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise MachineError(
            f"the probe did not run in {home.name}: {said[-1]}",
            help="it takes a python3 that jars see, as /usr/bin/python3; --quick leaves it out",
        )
    found = json.loads(ended.stdout)
    return {number: found[part] for part, number in _PARTS.items()}


def _facts(home: Home, canary: Path, has_namespaces: bool) -> dict[str, Any]:
    config = home.config
    own = (config.state_dir, config.home_base, manager_home())
    return {
        # Below a private folder there may be one of the same name, which is the jar's own.
        "folders": [*_SYSTEM_FOLDERS, *(f for f in map(str, own) if not _is_private(f))],
        "files": [str(canary), str(config.state_file), "/etc/shadow"],
        "pids": [os.getpid()],
        "port": _free_port(),
        "own_network": config.network != "host",
        "processes": config.process_max,
        "tmp_size": config.tmp_size,
        "nested": config.nested,
        "has_namespaces": has_namespaces,
        "roots": ["/.jar/root", str(config.home_base / home.name / "root")],
    }


def _is_private(folder: str) -> bool:
    return any(is_below(folder, private) for private in PRIVATE_FOLDERS)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _followed(home: Home, canary: Path, token: str) -> list[str]:
    """Whether our own way to read from a home leads out of it."""
    run_shell_as(home.config, home.name, f"ln -s '{canary}' link")
    with home.connect("live") as session, suppress(MachineError):
        if token.encode() in session.read("home", b"link", 100)[0]:
            return ["a link in the home"]
    return []


def _left_running(home: Home) -> list[str]:
    """What has left its session and its parents does not outlive its jar."""
    seconds = f"98765.{int.from_bytes(os.urandom(6))}"
    with home.connect("live") as session:
        session.run_detached(["setsid", "sleep", seconds], env={})
    home.end("live")
    return [f"process {pid}" for pid in _processes_with(seconds)]


def _processes_with(word: str) -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if word.encode() in (folder / "cmdline").read_bytes():
                yield folder.name


def _left_behind(home: Home, token: str) -> list[str]:
    listed = run_shell_as(home.config, home.name, 'ls -A "$HOME" /tmp /var/tmp', capture=True)
    return ["the last tenant's file"] if token in listed.stdout.decode(errors="replace") else []


def _open_secrets(config: Config) -> list[str]:
    folder = config.secrets_dir
    return [str(path) for path in (folder, *folder.iterdir()) if _is_open(path)]


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _ignore(_: object) -> None:
    pass
