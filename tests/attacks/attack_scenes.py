"""One scene a situation: a manager at work, its jars, and what attackers in one are told."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attack_bounds import BOUNDS
from attack_networks import allowed_hosts
from attack_record import Attack
from attack_roster import NETWORKED, PROGRAMS
from machines import SYSTEM_PYTHON, Machine, is_root
from manager_shells import ManagerShell, Typed, manager_shell
from situations import ROOT, SITUATIONS, USER, state_of
from tenancies import write_config

HERE = Path(__file__).parent
CONTROLS = (USER, ROOT) if is_root() else (SITUATIONS[0],)
"""Managers without a jar; only the last may be root."""

PROXY_PORT = 3128
"""Of a jar's own; see docs/isolation.md."""

_WAIT_SECONDS = 60

_ON_PROCESSES = (3, 4)
"""Guarantees whose attacks may end their victims; the others have theirs in common."""

_OWN = [attack.name for attack in PROGRAMS if attack.guarantee in _ON_PROCESSES]
_SEATS = {attack.name: _OWN.index(attack.name) + 1 if attack.name in _OWN else 0
          for attack in PROGRAMS}  # fmt: skip
"""Which victim is whose."""

_ROUND = len(_OWN) + 1


@dataclass(frozen=True)
class Outcome:
    """Of one attack: "refused", "succeeded", or "broken", which is the attack's own mistake."""

    outcome: str
    detail: str


@dataclass(frozen=True)
class Scene:
    """A machine with a manager at work, and two jars: the attacker's and a neighbour's.

    `known` is what every attacker is told, `victims` are processes of the manager's: three rounds
    of seats.
    """

    machine: Machine
    shell: ManagerShell
    known: Mapping[str, Any]
    victims: Sequence[int]

    @property
    def label(self) -> str:
        assert self.machine.kind.label
        return self.machine.kind.label

    def attacked_from_inside(self) -> dict[str, Outcome]:
        """What comes of every attack that a workload of the attacker's jar makes."""
        targets = self._targets("inside", PROGRAMS)
        before = {name: tree(Path(target["open"])) for name, target in targets.items()}
        planted = self._drive("plant", targets)
        self._change_tenant()
        agent = _agent_seen(self.shell, self.known["jar"])
        done = self._drive("try", {name: t | {"agent_pid": agent} for name, t in targets.items()})
        assert "broken" not in planted.out, planted.out
        outcomes = _outcomes(done.out)
        assert outcomes.keys() == targets.keys(), (done.code, done.err)
        for name, target in targets.items():
            if tree(Path(target["open"])) != before[name]:
                outcomes[name] = Outcome("succeeded", "a folder outside has changed")
        return outcomes

    def attacked_in_own_network(self, network: str) -> dict[str, Outcome]:
        """What comes of the attacks that are for such jars; where there can be none, nothing."""
        hosts = allowed_hosts(self.known["loopback_port"], self.known["listed_port"])
        listed = hosts if network == "filtered" else []
        targets = self._targets(network, NETWORKED)
        told = {name: {**target, "proxy_port": PROXY_PORT} for name, target in targets.items()}
        built, done = self._elsewhere("try", told, network=network, allowHosts=listed)
        if self.label in ("full", "single"):
            return _outcomes(done.out)
        assert "network namespace" in built.err, built
        return dict.fromkeys(targets, Outcome("refused", built.err))

    def attacked_with_nested(self) -> dict[str, Outcome]:
        """What comes of every attack by root of a user namespace, which `nested` lets it make."""
        targets = self._targets("nested", PROGRAMS)
        _, done = self._elsewhere("try-as-root", targets, nested=True, **BOUNDS)
        return _outcomes(done.out)

    def _elsewhere(self, phase: str, targets: object, **settings: object) -> tuple[Typed, Typed]:
        """A build of an attacker, and attacks in its jar, where jars have these settings."""
        base = Path(tempfile.mkdtemp(prefix="other-", dir=self.machine.home))
        base.chmod(0o755)
        write_config(self.machine, base, **settings)
        there = {"GENIEJARS_HOME": str(base), "XDG_STATE_HOME": str(base / "state")}
        built = self.shell.run("jarbuild", self.machine.home / "attacker", env=there)
        done = self._drive(phase, targets, there)
        self.shell.run("geniejars", "sys", "down", env=there)
        return built, done

    def _drive(
        self, phase: str, targets: object, environment: Mapping[str, str] | None = None
    ) -> Typed:
        words = ["exec", "attacker_1", "python3", "attacks/attack_driver.py", phase]
        return self.shell.run("geniejars", *words, input=json.dumps(targets), env=environment)

    def _change_tenant(self) -> None:
        """The next one gets the same jar."""
        self.shell.must("geniejars", "free", "attacker_1")
        assert build_attacker(self.machine, self.shell) == self.known["jar"]

    def attacked_from_beside(self, attacker: Machine) -> dict[str, Outcome]:
        """What comes of the same attacks by a process that is in no jar; victims may die."""
        targets = self._targets(attacker.kind.name, (*PROGRAMS, *NETWORKED))
        for name, target in targets.items():
            seat = _SEATS.get(name, 0)
            target["neighbour_pid"] = self.victims[seat + _ROUND]
            target["agent_pid"] = self.victims[seat + 2 * _ROUND]
        folder = attacker.home / "attacker"
        folder.mkdir()
        attacker.own(folder)
        self._drive_beside(attacker, folder, "plant", targets)
        done = self._drive_beside(attacker, folder, "try", targets)
        outcomes = _outcomes(done.stdout)
        assert outcomes.keys() == targets.keys(), done.stderr
        subprocess.run(["rm", "-rf", str(folder)], check=True)  # too deep for Python's own
        return outcomes

    def _drive_beside(
        self, attacker: Machine, folder: Path, phase: str, targets: object
    ) -> subprocess.CompletedProcess[str]:
        driver = self.machine.home / "code" / "attack_driver.py"
        with socket.socket() as inherited:
            return subprocess.run(
                attacker.command([SYSTEM_PYTHON, str(driver), phase]),
                cwd=folder,
                env={**attacker.clean_environment(), "HOME": str(folder)},
                input=json.dumps(targets),
                capture_output=True,
                text=True,
                check=False,
                pass_fds=[inherited.fileno()],
            )

    def _targets(self, where: str, attacks: Sequence[Attack]) -> dict[str, dict[str, Any]]:
        """For each attack a folder, and a process, that no other attack changes."""
        targets = {}
        for attack in attacks:
            victim = self.victims[_SEATS.get(attack.name, 0)]
            folder = self.machine.home / "open" / where / attack.name
            folder.mkdir(parents=True)
            folder.chmod(0o777)
            (folder / "file").write_text("as it was")
            (folder / "file").chmod(0o666)
            targets[attack.name] = {**self.known, "open": str(folder), "manager_pid": victim}
        self.machine.own(self.machine.home / "open")
        return targets


def tree(top: Path) -> list[tuple[object, ...]]:
    """All there is to see of a folder from outside, times included."""
    return [_entry(path, top) for path in (top, *sorted(top.rglob("*")))]


def _entry(path: Path, top: Path) -> tuple[object, ...]:
    status = path.lstat()
    content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
    attributes = os.listxattr(path, follow_symlinks=False)
    facts = status.st_mode, status.st_uid, status.st_gid, status.st_nlink, status.st_mtime_ns
    return (str(path.relative_to(top)), *facts, content, *attributes)


def _outcomes(output: str) -> dict[str, Outcome]:
    lines = map(json.loads, output.splitlines())
    return {line["name"]: Outcome(line["outcome"], line["detail"]) for line in lines}


@contextmanager
def scene(machine: Machine) -> Iterator[Scene]:
    """A manager at work on this machine."""
    secret = secrets.token_hex(16)
    code = _code_for_all(machine)
    with manager_shell(machine) as shell, _manager_at_work(machine, code, secret) as told:
        _project(machine, "attacker", "TAG attacker\nCOPY attacks attacks\n")
        jar = build_attacker(machine, shell)
        neighbour = _neighbour(machine, shell, secret)
        known = {
            "jar": jar,
            "neighbour": neighbour,
            "neighbour_pid": _app_of(shell, neighbour),
            "neighbour_port": _second_port(shell, neighbour),
            "agent_pid": _agent_seen(shell, jar),
            "manager_home": str(machine.home),
            "state": str(state_of(machine)),
            "neighbour_home": str(_home_of(shell, neighbour)),
            "secret_digest": digest(secret),
            **{name: value for name, value in told.items() if name != "victims"},
        }
        yield Scene(machine, shell, known, told["victims"])


def _code_for_all(machine: Machine) -> Path:
    """What attackers and managers run, where every user can read it."""
    folder = machine.home / "code"
    folder.mkdir()
    for file in HERE.glob("attack_*.py"):
        shutil.copy(file, folder)
    (machine.home / "mode").touch(mode=0o644)
    machine.own(machine.home)
    return folder


@contextmanager
def _manager_at_work(machine: Machine, code: Path, secret: str) -> Iterator[dict[str, Any]]:
    words = [str(machine.home), digest(secret), secret, str(3 * _ROUND)]
    command = [SYSTEM_PYTHON, str(code / "attack_manager.py"), *words]
    environment = {**machine.clean_environment(), "TOKEN": secret}
    with subprocess.Popen(
        machine.command(command),
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())
        process.communicate()


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _project(machine: Machine, name: str, jfile: str) -> Path:
    folder = machine.home / name
    shutil.copytree(machine.home / "code", folder / "attacks")
    (folder / "JFile").write_text(jfile)
    machine.own(folder)
    return folder


def build_attacker(machine: Machine, shell: ManagerShell) -> str:
    """The jar's name; its alias is attacker_1."""
    return _jar(shell, machine.home / "attacker")


def _jar(shell: ManagerShell, project: Path, **environment: str) -> str:
    """The name of the jar that this project is built into."""
    return shell.must("jarbuild", project, "-q", env=environment).strip()


def _neighbour(machine: Machine, shell: ManagerShell, secret: str) -> str:
    """A jar whose app has the secret, and runs."""
    jfile = 'COPY attacks/attack_neighbour.py app.py\nIMPORT TOKEN\nCMD ["python3", "app.py"]\n'
    jar = _jar(shell, _project(machine, "neighbour", jfile), TOKEN=secret)
    shell.must("geniejars", "app", "up", "-n", jar)
    deadline = time.monotonic() + _WAIT_SECONDS
    while "ready" not in shell.run("geniejars", "logs", jar).out:
        assert time.monotonic() < deadline, shell.run("geniejars", "logs", jar)
    return jar


def agent_of(shell: ManagerShell, jar: str) -> int:
    """The pid of a jar's agent, as the machine has it; without namespaces its keeper is known."""
    shell.must("geniejars", "exec", jar, "true")
    lines = shell.must("geniejars", "sys", "status").splitlines()
    (line,) = [line for line in lines if line.startswith(f"{jar}:")]
    pid = int(line.partition("(pid ")[2].rstrip(")"))
    return pid if shell.machine.kind.namespaces else _children(pid)[0]


def _agent_seen(shell: ManagerShell, jar: str) -> int:
    """The pid of its agent, as a jar has it."""
    return 1 if shell.machine.kind.namespaces else agent_of(shell, jar)


def _app_of(shell: ManagerShell, jar: str) -> int:
    """The pid of a jar's app, as the machine has it: the last in the line from its agent."""
    pid = agent_of(shell, jar)
    while children := _children(pid):
        pid = children[0]
    return pid


def _children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def _home_of(shell: ManagerShell, jar: str) -> Path:
    link = shell.machine.home / f"home-of-{jar}"
    shell.must("geniejars", "mount", jar, link)
    return link.readlink()


def _second_port(shell: ManagerShell, jar: str) -> int:
    """One that its app does not use."""
    return int(json.loads(shell.must("geniejars", "status", "--json"))["pool"][jar]["ports"][1])


@contextmanager
def outside_folder(machine: Machine, secret: str) -> Iterator[Path]:
    """A folder of the manager's that others may look into, and nobody may change."""
    folder = machine.home / "outside"
    folder.mkdir()
    for name, content in (("file", "as it was"), ("secret", secret)):
        (folder / name).write_text(content)
        (folder / name).chmod(0o644)
    machine.own(folder)
    yield folder
    shutil.rmtree(folder)
