from __future__ import annotations

from pathlib import Path

import pytest
from projects import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without a JFile."""
    (tmp_path / "context").mkdir()
    return Project(tmp_path / "context", tmp_path / "cache")
