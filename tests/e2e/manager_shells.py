"""A manager at a prompt: commands as typed, run by a process that has loaded them all."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from machines import Machine


@dataclass(frozen=True)
class Typed:
    """What a command said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class ManagerShell:
    """The commands of one manager's, with the config in its home."""

    machine: Machine
    process: subprocess.Popen[str]

    def run(
        self,
        program: str,
        *argv: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        input: str = "",
    ) -> Typed:
        told = {
            "program": program,
            "argv": list(map(str, argv)),
            "cwd": str(cwd or self.machine.home),
            "env": dict(env or {}),
            "input": input,
        }
        assert self.process.stdin and self.process.stdout
        print(json.dumps(told), file=self.process.stdin, flush=True)
        return Typed(**json.loads(self.process.stdout.readline()))

    def must(self, program: str, *argv: str | Path, **options: object) -> str:
        """What a command prints that has to succeed."""
        done = self.run(program, *argv, **options)  # type: ignore[arg-type]
        assert done.code == 0, (program, argv, done)
        return done.out


@contextmanager
def manager_shell(machine: Machine) -> Iterator[ManagerShell]:
    """Everything that it started in jars has ended at the end."""
    program = (Path(__file__).parent / "manager_shell.py").read_text()
    with subprocess.Popen(
        machine.command([str(machine.scripts / "python"), "-c", program]),
        env=machine.clean_environment(),
        cwd=machine.home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        shell = ManagerShell(machine, process)
        try:
            yield shell
        finally:
            shell.run("geniejars", "sys", "down")
            process.communicate()
