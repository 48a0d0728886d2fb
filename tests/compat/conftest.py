"""A jar for each situation, in which all programs are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from compat_benches import Bench, bench
from machines import Kind
from situations import machine_of

BenchOf = Callable[[Kind], Bench]


@pytest.fixture(scope="module")
def bench_of(world: Path, scripts: Path, users: None) -> Iterator[BenchOf]:
    """The bench of a kind of machine, made when it is first asked for."""
    with ExitStack() as stack:

        @cache
        def made(kind: Kind) -> Bench:
            machine = stack.enter_context(machine_of(kind, world, scripts))
            return stack.enter_context(bench(machine))

        yield made
