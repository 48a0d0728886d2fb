"""Golden files: `JARBUILD_UPDATE_GOLDEN=1 pytest tests/grammar` writes them anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

UPDATE = os.environ.get("JARBUILD_UPDATE_GOLDEN") == "1"


@pytest.fixture
def expected() -> Callable[[Path, str], str]:
    """What a golden file holds; with an update it holds `actual` from now on."""

    def read(path: Path, actual: str) -> str:
        if UPDATE:
            path.write_text(actual, "utf-8", newline="\n")
        return path.read_text("utf-8")

    return read
