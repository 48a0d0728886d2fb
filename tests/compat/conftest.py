"""A jar for each situation, in which all programs are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest
from machines import Kind
from manager_shells import ManagerShell, Typed, manager_shell
from situations import machine_of


@dataclass(frozen=True)
class Bench:
    """A jar to try programs in."""

    shell: ManagerShell
    jar: str

    def tries(self, script: str) -> Typed:
        """In a new folder of the home."""
        words = ["timeout", "120", "sh", "-c", f"cd $(mktemp -d -p .)\n{dedent(script)}"]
        return self.shell.run("geniejars", "exec", self.jar, *words)


BenchOf = Callable[[Kind], Bench]


@pytest.fixture(scope="session")
def bench_of(world: Path, scripts: Path, users: None) -> Iterator[BenchOf]:
    """The bench of a kind of machine, made when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def made(kind: Kind) -> Bench:
            shell = stack.enter_context(
                manager_shell(stack.enter_context(machine_of(kind, world, scripts)))
            )
            return Bench(shell, shell.must("geniejars", "alloc").strip())

        yield made
