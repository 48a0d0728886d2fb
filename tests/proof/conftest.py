"""One world for all proofs, empty for each. Only root plays in it: homes are looked into past the
modes of their entries, and made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from machines import is_root
from sequences_played import JARS
from worlds import World, a_world

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """The hook gets the items of all folders."""
    ours = (item for item in items if HERE in item.path.parents)
    for item in ours if not is_root() else ():
        item.add_marker(pytest.mark.skip(reason="only root can look into every entry of a home"))


@pytest.fixture(scope="session")
def shared_world() -> Iterator[World]:
    """As the test before has left it."""
    with a_world(JARS) as made:
        yield made


@pytest.fixture
def world(shared_world: World) -> World:
    """Nothing is in it but a folder for a project."""
    shared_world.empty()
    (shared_world.folder / "project").mkdir()
    return shared_world
