from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarbuild.cache.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that a build has opened."""
    with Store.open(tmp_path / "cache", is_writable=True) as store:
        yield store
