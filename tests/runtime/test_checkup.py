"""The probe behind `doctor`: outside a jar it finds everything open."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from geniejars.checkup import PROBE
from geniejars.checkup_probe import PARTS, binds


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the probe can do as a plain process, to a process and files of its own user."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "file").write_text("text")
    with subprocess.Popen(["sleep", "1000"]) as victim:
        facts = {
            "folders": [str(folder)],
            "files": [str(folder / "file")],
            "pids": [victim.pid],
            "port": 0,
            "own_network": False,
            "processes": 16,
            "tmp_size": 0,
            "nested": False,
            "has_namespaces": False,
            "roots": [str(folder)],
        }
        # A shell of its own is what it takes for its agent.
        shell = ["sh", "-c", '"$@"; exit', "sh"]
        words = [*shell, sys.executable, "-c", PROBE.read_text(), json.dumps(facts)]
        said = subprocess.run(words, capture_output=True, text=True, check=True)
        victim.kill()
    assert os.listdir(folder) == ["file"]
    return dict(json.loads(said.stdout))


def test_a_way_out_is_found() -> None:
    """Where there is one, as outside of a jar, it is no network of a jar's own."""
    assert binds({"own_network": True}) == ["a way to 192.0.2.1"]


@pytest.mark.parametrize("part", [part.__name__ for part in PARTS])
def test_each_part_finds_what_is_open(found: dict[str, list[str]], part: str) -> None:
    """A check that could not fail would prove nothing."""
    assert found[part]
