"""A jar to try programs in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import dedent

from machines import Machine
from manager_shells import ManagerShell, Typed, manager_shell


@dataclass(frozen=True)
class Bench:
    """A jar to try programs in."""

    shell: ManagerShell
    jar: str

    def tries(self, script: str) -> Typed:
        """In a new folder of the home."""
        words = ["timeout", "120", "sh", "-c", f"cd $(mktemp -d -p .)\n{dedent(script)}"]
        return self.shell.run("geniejars", "exec", self.jar, *words)


@contextmanager
def bench(machine: Machine) -> Iterator[Bench]:
    """A jar of this machine's manager; what was started in it has ended at the end."""
    with manager_shell(machine) as shell:
        yield Bench(shell, shell.must("geniejars", "alloc").strip())
