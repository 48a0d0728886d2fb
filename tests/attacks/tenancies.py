"""A home with a tenant, and what a manager does with it: by jarbuild, or as one does without.

The plain one is careless in the ways that people and their scripts are. An attack that needs the
manager's part must succeed there.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from machines import Machine
from manager_shells import ManagerShell, Typed
from situations import kept_by

SECONDS = 20


class Tenancy(Protocol):
    """`home` and `outside` are as the manager sees them; `outside` is the manager's folder, with
    a `file` that says "as it was" and one called `secret`."""

    home: Path
    outside: Path
    secret: str

    def inside(self, script: str, **environment: str) -> str:
        """What a shell script of the tenant's prints until it ends."""

    def inside_without(self, mechanism: str, script: str) -> str:
        """The same, begun on a kernel that lacks Landlock or seccomp."""

    def start(self, script: str) -> None:
        """A script of the tenant's that goes on."""

    def beside(self, script: str) -> str:
        """What a script of another tenant's prints until it ends."""

    def knows_of(self, gap: str) -> bool:
        """Whether the manager's tools say that this does not hold here."""

    def build(self, jfile: str, files: Mapping[str, str], **environment: str) -> str:
        """Fill the home by COPY and RUN; what the RUNs print comes back."""

    def run_app(self) -> None:
        """The CMD of the last build is started."""

    def backup(self) -> Path:
        """The home as an archive."""

    def restore(self, archive: Path) -> None: ...

    def clear(self) -> None:
        """The tenant leaves: its programs end, and the next one gets an empty home."""

    def normalize(self) -> None:
        """The manager may read and write what is in the home."""

    def logs(self) -> str:
        """What the tenant's app has said."""

    def share(self, folder: Path) -> None:
        """The tenant may write in this folder of the manager's, which is new."""

    def visit(self, folder: Path) -> None:
        """The manager works in a folder, with tools that read settings there."""

    def at_rest(self) -> Iterator[Path]:
        """Every file that the manager's tools have written."""

    def plan(self, **environment: str) -> str:
        """What the manager is told about a build before it."""

    def differences(self) -> str:
        """What the tenant changed of what was built, with the contents."""


@dataclass
class JarTenancy:
    """By jarbuild: the tenant is in a jar."""

    shell: ManagerShell
    project: Path
    outside: Path
    secret: str
    neighbour: str
    jar: str = ""

    @property
    def home(self) -> Path:
        link = self.project.parent / "home-of-jar"
        link.unlink(missing_ok=True)
        self._do("mount", self.jar, link)
        return link.readlink()

    def inside(self, script: str, **environment: str) -> str:
        words = [f"{name}={value}" for name, value in environment.items()]
        done = self.shell.run("geniejars", "exec", self.jar, "env", *words, "sh", "-c", script)
        return done.out + done.err

    def inside_without(self, mechanism: str, script: str) -> str:
        """In a pool of its own, whose server and zygote begin there."""
        machine, base = self.shell.machine, self.project.parent / f"without-{mechanism}"
        write_config(machine, base)
        env = {"GENIEJARS_HOME": str(base), "XDG_STATE_HOME": str(base / "state")}
        commands = (["alloc"], ["exec", "jar001", "sh", "-c", script], ["sys", "down"])
        said = [
            machine.run(*machine.lacking(mechanism), machine.scripts / "geniejars", *words, env=env)
            for words in commands
        ]
        assert [done for done in said if "Traceback" in done.stderr] == []
        return "".join(done.stdout for done in said)

    def start(self, script: str) -> None:
        self._do("exec", "-d", self.jar, "sh", "-c", script)

    def beside(self, script: str) -> str:
        return self.shell.run("geniejars", "exec", self.neighbour, "sh", "-c", script).out

    def knows_of(self, gap: str) -> bool:
        return gap in self._do("doctor", "--quick")

    def build(self, jfile: str, files: Mapping[str, str], **environment: str) -> str:
        write_project(self.shell.machine, self.project, jfile, files)
        done = self._build("--progress", "plain", "--restart", **environment)
        return done.out + done.err

    def _build(self, *options: str, **environment: str) -> Typed:
        return self.shell.run(
            "jarbuild", self.project, "--jar", self.jar, *options, env=environment
        )

    def plan(self, **environment: str) -> str:
        return self._build("--plan", "--format", "json", **environment).out

    def run_app(self) -> None:
        self._do("app", "up", "-n", self.jar)

    def share(self, folder: Path) -> None:
        folder.mkdir()
        self.shell.machine.own(folder)
        self._do("share", folder, "--rw", "--restart", self.jar)

    def visit(self, folder: Path) -> None:
        self.shell.run("geniejars", "sys", "up", cwd=folder, env={"GENIEJARS_HOME": ""})

    def at_rest(self) -> Iterator[Path]:
        for folder in kept_by(self.shell.machine):
            yield from folder.rglob("*")

    def backup(self) -> Path:
        return Path(self._do("backup", self.jar).strip())

    def restore(self, archive: Path) -> None:
        self.shell.run("geniejars", "restore", self.jar, archive)

    def clear(self) -> None:
        if self.jar:
            self._do("free", self.jar)
        self.jar = self._do("alloc").strip()

    def normalize(self) -> None:
        self._do("normalize", "--private", self.jar)

    def logs(self) -> str:
        return self.shell.run("geniejars", "logs", self.jar).out

    def differences(self) -> str:
        done = self.shell.run("geniejars", "diff", "--content", self.jar)
        return done.out + done.err

    def _do(self, *words: str | Path) -> str:
        return self.shell.must("geniejars", *words)


def write_config(machine: Machine, folder: Path, **settings: object) -> None:
    """Of the embedded default; weak isolation is for those who ask for it."""
    folder.mkdir(exist_ok=True)
    isolation = {"isolation": "weak"} if machine.kind.label == "weak" else {}
    (folder / "geniejars.config.json").write_text(json.dumps(isolation | settings))
    machine.own(folder)


def write_project(machine: Machine, folder: Path, jfile: str, files: Mapping[str, str]) -> None:
    """Only what is not there yet is written."""
    folder.mkdir(exist_ok=True)
    for name, content in {**files, "JFile": jfile}.items():
        if not (folder / name).exists() or (folder / name).read_text() != content:
            (folder / name).write_text(content)
    machine.own(folder)


@dataclass
class PlainTenancy:
    """As people do it with a folder and the usual commands; the tenant is a process like others."""

    machine: Machine
    home: Path
    outside: Path
    secret: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    app: str = ""

    def inside(self, script: str, **environment: str) -> str:
        return self._sh(script, self.home, **environment)

    def inside_without(self, mechanism: str, script: str) -> str:
        return self.machine.run(*self.machine.lacking(mechanism), "sh", "-c", script).stdout

    def start(self, script: str) -> None:
        command = self.machine.command(["sh", "-c", script])
        self.running.append(
            subprocess.Popen(command, cwd=self.home, start_new_session=True, env=self._env())
        )

    def beside(self, script: str) -> str:
        return self._sh(script, self.home)

    def knows_of(self, gap: str) -> bool:
        return False

    def build(self, jfile: str, files: Mapping[str, str], **environment: str) -> str:
        project = self.home.parent / "project"
        write_project(self.machine, project, jfile, files)
        words = [line.split(maxsplit=1) for line in jfile.splitlines()]
        return "".join(self._step(word, rest, project, environment) for word, rest in words)

    def _step(
        self, directive: str, rest: str, project: Path, environment: Mapping[str, str]
    ) -> str:
        match directive:
            case "COPY":
                source, target = rest.split()
                return self._sh(
                    f"timeout 1 cp -ru {shlex.quote(str(project / source))} {target}", self.home
                )
            case "WORKDIR":
                return self._sh(f"mkdir -p {rest}; touch {rest}/made", self.home)
            case "RUN":
                return self._sh(rest, self.home, **environment)
            case "IMPORT":
                return self._sh(f"echo {rest}={environment[rest]} >> .env", self.home)
            case "CMD":
                self.app = rest
        return ""

    def run_app(self) -> None:
        """With its settings on the command line."""
        settings = self._sh("cat .env 2>/dev/null | tr '\\n' ' '", self.home)
        self.start(f"{settings} sh -c {shlex.quote(self.app)} > ../log/app.log; :")

    def plan(self, **environment: str) -> str:
        return self._sh("sh -xc '. ./.env'", self.home)

    def share(self, folder: Path) -> None:
        folder.mkdir()
        self.machine.own(folder)

    def visit(self, folder: Path) -> None:
        self._sh(". ./.envrc", folder)

    def at_rest(self) -> Iterator[Path]:
        yield from self.home.parent.rglob("*")

    def backup(self) -> Path:
        archive = self.home.parent / "backup.tar"
        self._sh(f"timeout 2 tar -chf {archive} .", self.home)
        return archive

    def restore(self, archive: Path) -> None:
        self._sh(
            f"python3 -c 'import tarfile; tarfile.open(\"{archive}\").extractall()'", self.home
        )

    def clear(self) -> None:
        """A polite signal to each group, as service managers begin."""
        for process in self.running:
            subprocess.run(["kill", "-TERM", "--", f"-{process.pid}"], check=False)
            process.wait(SECONDS)
        self.running.clear()
        self._sh("find -L . -mindepth 1 -type f -delete", self.home)

    def normalize(self) -> None:
        self._sh("find -L . -exec chmod u+rwX,g+rwX {} +", self.home)

    def logs(self) -> str:
        return self._sh("cat ../log/app.log", self.home)

    def differences(self) -> str:
        return self._sh("timeout 2 diff -r ../project . ; find . -newer ../project", self.home)

    def _sh(self, script: str, folder: Path, **environment: str) -> str:
        done = subprocess.run(
            self.machine.command(["sh", "-c", script]),
            cwd=folder,
            env=self._env() | environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        return done.stdout + done.stderr

    def _env(self) -> dict[str, str]:
        return {**self.machine.clean_environment(), "HOME": str(self.home)}
