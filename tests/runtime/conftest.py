"""An agent of its own for each test that asks for one, and a connection to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jars import Manager, RunningAgent, agent, layout_of


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningAgent]:
    """An agent whose jar is this test's own folder."""
    with agent(layout_of(tmp_path)) as running:
        yield running


@pytest.fixture
def manager(running: RunningAgent) -> Iterator[Manager]:
    """A connection behind the hello."""
    manager = running.connect()
    yield manager
    manager.close()
