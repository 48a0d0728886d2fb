"""Away with what tests made, also where it belongs to ids that jars had.

An ordinary user may neither remove nor give away what a subordinate id owns, but its namespace's
root may: unshare(1), where there is a range to map.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def remove(folder: Path) -> None:
    """With all that is in it; what cannot be removed stays."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        _with_our_ids("rm", "-rf", str(folder))


def take_back(folder: Path) -> None:
    """All in it is ours again: pytest removes what it made only some runs later."""
    _with_our_ids("chown", "-R", "--no-dereference", "0:0", str(folder))


def _with_our_ids(*command: str) -> None:
    if os.geteuid() != 0:
        ids = ("--user", "--map-root-user", "--map-auto")
        subprocess.run(["unshare", *ids, *command], capture_output=True, check=False)
