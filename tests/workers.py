"""Which tests run at the same time, where a run has several workers (pytest-xdist).

A file's tests stay together, for they share what takes long to set up. Some files do, too.
"""

from __future__ import annotations

import os

import pytest
from xdist.scheduler import LoadFileScheduling

WORKERS = 2
"""Of a whole run: half of a test's time is waiting. With more, tests that wait for something would
no longer tell of that but of each other."""

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""The number of the one that this process is."""

_FIRST_PORTS = ("ancestor_commands", "examples", "network", "pages", "readme", "recording")
_TOGETHER = {f"tests/e2e/test_{name}.py": "first ports" for name in _FIRST_PORTS}
"""Servers in these listen on the ports that the first jar of any manager without a config gets."""


class FilesTogether(LoadFileScheduling):
    """Files go to the workers in the order of the collection, in which long ones come first: no
    worker is alone for long at the end."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return _TOGETHER.get(file, file)


def number_of_workers(config: pytest.Config) -> int:
    """None where files are named: prints are seen at once then, and a debugger works."""
    return WORKERS if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0
