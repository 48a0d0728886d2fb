"""What several folders of tests share: the installed commands, users to run them, golden files.

`JARBUILD_UPDATE_GOLDEN=1 pytest PATH` writes golden files anew.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from accounts import remove_stale_accounts
from clearing import remove, take_back
from machines import KINDS, REFUSED, install, is_root
from prompts import end_prompts
from workers import FilesTogether, number_of_workers
from xdist.remote import Producer

# What is drawn follows the locale; tests of others set theirs.
os.environ["LC_ALL"] = "C.UTF-8"

# A run in the background of a script is deaf to Ctrl-C (bash(1), SIGNALS); Python is then, too.
signal.signal(signal.SIGINT, signal.default_int_handler)

UPDATE = os.environ.get("JARBUILD_UPDATE_GOLDEN") == "1"


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return number_of_workers(config)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether:
    return FilesTogether(config, log)


@pytest.fixture(scope="session")
def world() -> Iterator[Path]:
    """A folder that every user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="jbt-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    remove(folder)


@pytest.fixture(scope="session", autouse=True)
def ours_again(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What jars have made below pytest's own folders."""
    yield
    take_back(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def scripts(world: Path) -> Iterator[Path]:
    """The installed commands."""
    yield install(world)
    end_prompts()


@pytest.fixture(scope="session")
def users() -> Iterator[None]:
    """Ordinary users with and without a range of subordinate ids."""
    made = [kind for kind in (*KINDS, REFUSED) if kind.user and is_root()]
    if made:
        remove_stale_accounts()
    for kind in made:
        kind.add_user()
    yield
    for kind in made:
        kind.remove_user()


@pytest.fixture
def expected() -> Callable[[Path, str], str]:
    """What a golden file holds; with an update it holds `actual` from now on."""

    def read(path: Path, actual: str) -> str:
        if UPDATE:
            path.write_text(actual, "utf-8", newline="\n")
        return path.read_text("utf-8")

    return read
