"""README's first command, as a newcomer types it: in a clean clone, as root and as a user."""

from __future__ import annotations

import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
from machines import FAR_APART, TOP, Machine

README = (TOP / "README.md").read_text()


def command_after(marker: str) -> str:
    """The one command in the code block behind a marker comment."""
    block = README.partition(f"<!-- {marker} -->\n```\n")[2].partition("\n```")[0]
    assert block and "\n" not in block
    return block


def clone(machine: Machine) -> Path:
    """What git would give a newcomer, in this user's home."""
    target = machine.home / "clone"
    listed = subprocess.run(["git", "ls-files"], cwd=TOP, check=True, capture_output=True)
    for name in listed.stdout.decode().splitlines():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TOP / name, target / name, follow_symlinks=False)
    machine.own(target)
    return target


@pytest.mark.parametrize("machine", FAR_APART, ids=lambda kind: kind.name, indirect=True)
def test_first_command(machine: Machine) -> None:
    """It installs, builds and starts an example, which answers at the address that is printed."""
    folder = clone(machine)
    result = machine.run("/bin/sh", "-c", command_after("first command"), cwd=folder, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    said = result.stdout + result.stderr
    address = said.partition("http://")[2].partition(",")[0].split()[0]
    again = machine.run(folder / ".venv/bin/jarbuild", "examples/helloworld", cwd=folder)

    with urllib.request.urlopen(f"http://{address}", timeout=10) as page:
        assert b"Hello from a jar" in page.read()
    assert "0 ran, 2 cached" in again.stdout, again
