"""The reference says what the code says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.reference import files

UPDATE = os.environ.get("JARBUILD_UPDATE_GOLDEN") == "1"


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_file_is_current(path: Path) -> None:
    """`python -m tools.reference` would change nothing."""
    if UPDATE:
        path.write_text(files()[path], "utf-8")

    assert path.read_text("utf-8") == files()[path]
