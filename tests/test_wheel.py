"""What an installed wheel puts on the path."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PACKAGES = {"jarbuild", "jfile", "geniejars", "genieagent"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The paths in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_top_level_names(names: list[str]) -> None:
    """Four packages and nothing called grammar or runtime."""
    top = {name.partition("/")[0] for name in names}

    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES


@pytest.mark.parametrize(
    "name",
    [
        "jfile/jfile.lark",
        "geniejars/config.schema.json",
        "geniejars/checkup_probe.py",
        "genieagent/apparmor.profile",
        *(f"{package}/py.typed" for package in sorted(PACKAGES)),
    ],
)
def test_data_files(names: list[str], name: str) -> None:
    """The grammar and the typing markers are part of the wheel."""
    assert name in names
