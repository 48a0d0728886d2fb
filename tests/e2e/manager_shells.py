"""A manager at work with our commands, whose jars end with the work."""

from __future__ import annotations

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

    def run(
        self,
        program: str,
        *argv: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        input: str = "",
    ) -> Typed:
        done = self.machine.run(program, *argv, cwd=cwd, env=env, stdin=input)
        return Typed(done.returncode, done.stdout, done.stderr)

    def must(self, program: str, *argv: str | Path, **options: object) -> str:
        """What a command prints that has to succeed."""
        done = self.run(program, *argv, **options)  # type: ignore[arg-type]
        assert done.code == 0, (program, argv, done)
        return done.out


@contextmanager
def manager_shell(machine: Machine) -> Iterator[ManagerShell]:
    """Everything that it started in jars has ended at the end."""
    shell = ManagerShell(machine)
    try:
        yield shell
    finally:
        shell.run("geniejars", "sys", "down")
