"""What a command may load: start-up time is felt at every build."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"rich", "lark", "filelock", "difflib", "subprocess", "asyncio", "importlib.metadata"}

PROGRAM = """
import sys, types
sys.modules["jarbuild.commands.build"] = types.SimpleNamespace(run=lambda options, display: 0)
from jarbuild import cli
code = getattr(cli, sys.argv[1])(sys.argv[2:])
print(*sorted(sys.modules), file=sys.stderr)
"""


def loaded(folder: Path, *words: str) -> set[str]:
    """The modules that are loaded when the command has ended."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ended.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "words, allowed",
    [
        pytest.param(["main", "--version"], set(), id="version"),
        pytest.param(["main", "--help"], set(), id="help"),
        pytest.param(["geniejars", "help"], set(), id="geniejars-help"),
        pytest.param(["geniejars", "status"], {"filelock"}, id="status"),
        pytest.param(["geniejars", "unselect"], set(), id="unselect"),
        pytest.param(["main", "fmt"], {"lark", "difflib"}, id="fmt"),
        pytest.param(["main", "context"], set(), id="context"),
        pytest.param(["main", "--progress", "plain"], set(), id="plain"),
        pytest.param(["main", "--progress", "json"], set(), id="json"),
        pytest.param(["main", "-q"], set(), id="quiet"),
        pytest.param(["main", "--plan"], set(), id="plan"),
        pytest.param(["main", "--progress", "tty"], {"rich"}, id="tty"),
    ],
)
def test_loaded_modules(tmp_path: Path, words: list[str], allowed: set[str]) -> None:
    """A command loads what is slow to load only where it needs it; a build's own modules are
    not counted here."""
    (tmp_path / "JFile").write_text("TAG x\n")

    assert loaded(tmp_path, *words) & HEAVY <= allowed
