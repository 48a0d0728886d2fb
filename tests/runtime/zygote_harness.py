"""Real zygotes in every situation: users made for the test, code copied to where they can read it.

Root tests all situations; an ordinary user those that are its own.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from accounts import SUBORDINATE, add_account, remove_account

HERE = Path(__file__).resolve().parent
RUNTIME = HERE.parents[1] / "runtime"
SYSTEM_PYTHON = "/usr/bin/python3"
PREFIX = "jbz"
"""Of every user that a test makes."""

FREE_IDS = SUBORDINATE.stop
ID_COUNT = 64
WAIT_SECONDS = 20
_numbers = count(1)


@dataclass(frozen=True)
class Ground:
    """Where a zygote is started, and the situation it must find there."""

    situation: str
    is_root: bool
    has_range: bool = False
    may_unshare: bool = True
    asked: str | None = None

    @property
    def name(self) -> str:
        return f"{'root' if self.is_root else 'user'}-{self.situation}"

    @property
    def has_own_ids(self) -> bool:
        return self.situation in ("full", "no-namespaces")

    @property
    def has_namespaces(self) -> bool:
        return self.situation in ("full", "single")


ROOT_FULL = Ground("full", is_root=True)
ROOT_WITHOUT = Ground("no-namespaces", is_root=True, may_unshare=False)
USER_FULL = Ground("full", is_root=False, has_range=True)
USER_SINGLE = Ground("single", is_root=False)
USER_WEAK = Ground("weak", is_root=False, may_unshare=False, asked="weak")


def grounds() -> tuple[Ground, ...]:
    if os.getuid() == 0:
        return ROOT_FULL, ROOT_WITHOUT, USER_FULL, USER_SINGLE, USER_WEAK
    has_range = pwd.getpwuid(os.getuid()).pw_name + ":" in Path("/etc/subuid").read_text()
    return (USER_FULL if has_range else USER_SINGLE), USER_WEAK


@dataclass(frozen=True)
class Manager:
    uid: int
    gid: int
    home: Path


@contextmanager
def manager_on(ground: Ground, folder: Path) -> Iterator[Manager]:
    """Root, this very user, or a new one; its home is readable by all."""
    home = folder / "manager"
    home.mkdir(mode=0o755)
    if ground.is_root or os.getuid() != 0:
        yield Manager(os.getuid(), os.getgid(), home)
        return
    number = next(_numbers)
    name = f"{PREFIX}{os.getpid()}x{number}"
    first = FREE_IDS + 2 * ID_COUNT * number
    add_account(name, range(first, first + ID_COUNT + 1) if ground.has_range else None, str(home))
    try:
        entry = pwd.getpwnam(name)
        os.chown(home, entry.pw_uid, entry.pw_gid)
        yield Manager(entry.pw_uid, entry.pw_gid, home)
    finally:
        remove_account(name)


@dataclass(frozen=True)
class Outcome:
    code: int
    output: str


@dataclass
class Lodge:
    """One zygote with its manager. `folder` is passable by all, `state` is the manager's."""

    ground: Ground
    manager: Manager
    folder: Path
    process: subprocess.Popen[str]
    zygote: int
    ports: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def jars(self) -> Path:
        return self.folder / "state" / "jars"

    def ask(self, verb: str, **values: Any) -> dict[str, Any]:
        return self._do({"do": "ask", "order": {"verb": verb, **values}})

    def start(
        self,
        jar: str,
        number: int = 0,
        role: str = "live",
        ports: tuple[int, ...] = (),
        shares: Mapping[Path, bool] | None = None,
    ) -> int:
        """`shares`: folders, and whether they may be written in."""
        told = {"jar": jar, "number": number, "role": role, "ports": ports}
        reply = self.ask("start", **told, **_told(shares or {}))
        assert reply["ok"], reply
        self.ports[jar] = ports
        return int(reply["pid"])

    def run(self, jar: str, *argv: str, role: str = "live") -> Outcome:
        reply = self._do({"do": "run", "jar": jar, "role": role, "argv": argv})
        return Outcome(reply["code"], reply["output"])

    def python(self, jar: str, code: str, *words: str) -> Outcome:
        return self.run(jar, SYSTEM_PYTHON, "-c", code, *words)

    def settle(self, jar: str, shares: Mapping[Path, bool], verb: str = "settle") -> int:
        """How many entries became the manager's."""
        reply = self.ask(verb, jar=jar, number=0, **_told(shares))
        assert reply["ok"], reply
        return int(reply["count"])

    def as_manager(self, *command: str) -> None:
        subprocess.run(command, check=True, **_identity(self.manager))

    def _do(self, told: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        print(json.dumps(told), file=self.process.stdin, flush=True)
        reply: dict[str, Any] = json.loads(self.process.stdout.readline())
        return reply


def _told(shares: Mapping[Path, bool]) -> dict[str, Any]:
    return {"shares": [{"target": str(path), "writable": rw} for path, rw in shares.items()]}


@contextmanager
def lodge(
    ground: Ground, agent: str | None = None, before: str = "", **facts: Any
) -> Iterator[Lodge]:
    """A zygote of a manager of its own; nothing is left of either.

    With `agent`, the text of an agent module, it is the real program with that module in it.
    `before` is what a shell does to itself before it starts server and zygote.
    """
    with passable_folder() as folder, manager_on(ground, folder) as manager:
        _copy_code(folder)
        _make_state(folder, ground, manager, facts)
        words = _server_words(ground, folder, _zygote_words(folder, agent))
        yield from _running(
            ground, manager, folder, ["sh", "-c", f'{before}\nexec "$@"', "sh", *words]
        )


@contextmanager
def passable_folder() -> Iterator[Path]:
    """pytest's own temporary folders are closed to other users."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        _remove(folder)


def _copy_code(folder: Path) -> None:
    shutil.copytree(RUNTIME / "genieagent", folder / "runtime" / "genieagent")
    tests = folder / "tests" / "runtime"
    tests.mkdir(parents=True)
    for name in ("tiny_server.py", "tiny_zygote.py", "without_namespaces.py"):
        shutil.copy(HERE / name, tests)


def _make_state(folder: Path, ground: Ground, manager: Manager, facts: dict[str, Any]) -> None:
    state = folder / "state"
    for path in (state, state / "jars", state / "run"):
        path.mkdir()
        path.chmod(0o700 if ground.has_namespaces else 0o711)
        os.chown(path, manager.uid, manager.gid)
    file = state / "facts.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(facts_of(ground, manager, state) | facts))
    os.chown(file, manager.uid, manager.gid)


def facts_of(ground: Ground, manager: Manager, state: Path) -> dict[str, Any]:
    first_id = {ROOT_FULL: FREE_IDS, ROOT_WITHOUT: FREE_IDS, USER_FULL: 1}.get(ground)
    return {
        "version": 1,
        "manager": {"uid": manager.uid, "gid": manager.gid},
        "jars": str(state / "jars"),
        "first_id": first_id,
        "id_count": ID_COUNT,
        "common": None,
        "expose": [],
        "isolation": ground.asked,
        "idle_timeout": 0,
        "process_limit": 100,
        "tmp_size": 1 << 24,
        "network": "host",
    }


def _zygote_words(folder: Path, agent: str | None) -> list[str]:
    package, facts = folder / "runtime" / "genieagent", str(folder / "state" / "facts.json")
    if agent is None:
        script = str(folder / "tests" / "runtime" / "tiny_zygote.py")
        return [SYSTEM_PYTHON, "-I", "-S", script, str(folder / "runtime"), facts]
    (package / "agent.py").write_text(agent)
    return [SYSTEM_PYTHON, "-I", "-S", str(package), facts]


def _server_words(ground: Ground, folder: Path, zygote_words: list[str]) -> list[str]:
    tests = folder / "tests" / "runtime"
    launcher = (SYSTEM_PYTHON, str(tests / "without_namespaces.py"))
    server = (SYSTEM_PYTHON, str(tests / "tiny_server.py"), str(folder / "state"))
    return [*(() if ground.may_unshare else launcher), *server, *zygote_words]


def _running(ground: Ground, manager: Manager, folder: Path, command: list[str]) -> Iterator[Lodge]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, **_identity(manager)) as process:  # type: ignore[call-overload]
        assert process.stdout
        made = Lodge(
            ground, manager, folder, process, json.loads(process.stdout.readline())["zygote"]
        )
        try:
            yield made
        finally:
            _end(made)


def _identity(manager: Manager) -> dict[str, Any]:
    if os.getuid() == manager.uid:
        return {}
    return {"user": manager.uid, "group": manager.gid, "extra_groups": []}


def _end(made: Lodge) -> None:
    with suppress(ProcessLookupError):
        os.kill(made.zygote, signal.SIGKILL)
    made.process.kill()
    wait_until(lambda: not processes_with(str(made.folder)))


def _remove(path: Path) -> None:
    """An ordinary user may remove another id's empty folder, but not look into it."""
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    with suppress(OSError):
        path.rmdir()
        return
    for inner in path.iterdir():
        _remove(inner)
    path.rmdir()


def processes_with(marker: str) -> list[int]:
    """The living processes that have `marker` in their command line."""
    return [int(f.name) for f in Path("/proc").glob("[0-9]*") if _has_marker(f, marker.encode())]


def _has_marker(process: Path, marker: bytes) -> bool:
    try:
        return int(process.name) != os.getpid() and marker in (process / "cmdline").read_bytes()
    except OSError:
        return False


def wait_until(condition: Any) -> None:
    """Asks again and again; fails when it stays untrue."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.002)
