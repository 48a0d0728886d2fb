"""Accounts on this machine that a test run makes for itself and takes away; only root can."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import time
from pathlib import Path

PREFIX = f"jbt{os.getpid()}"
"""Of names that are this process's: runs at once must not take each other's away."""

FIRST_ID = 1_000_000_000 + os.getpid() % 10_000 * 100_000
"""A hundred thousand ids from here on are this process's, for a kill by id reaches all that has it.
They are above all that useradd gives out."""

SUBORDINATE = range(FIRST_ID, FIRST_ID + 65_536)
_LOCK_SECONDS = 30
_IN_USE = 8  # userdel(8)


def add_account(name: str, subordinate: range | None = None, home: str = "/nonexistent") -> None:
    """With a group of its own, and no subordinate ids but these."""
    none = ("-K", "SUB_UID_COUNT=0", "-K", "SUB_GID_COUNT=0")
    words = ("--no-create-home", "--user-group", "--shell", "/bin/sh", "--home-dir", home)
    change_accounts("useradd", *words, *none, name).check_returncode()
    if subordinate:
        ids = f"{subordinate[0]}-{subordinate[-1]}"
        ranges = (f"--add-subuids={ids}", f"--add-subgids={ids}")
        change_accounts("usermod", *ranges, name).check_returncode()


def remove_account(name: str) -> None:
    """With what runs as it, if it is there; what was killed takes a moment to end."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        subprocess.run(["pkill", "-KILL", "-U", name], capture_output=True, check=False)
        done = change_accounts("userdel", name)
        if done.returncode != _IN_USE or time.monotonic() > deadline:
            return


def remove_stale_accounts() -> None:
    """What a run that was killed has left."""
    for user in pwd.getpwall():
        found = re.fullmatch(r"jbt(\d+)[a-z]+", user.pw_name)
        if found and not Path(f"/proc/{found[1]}").exists():
            remove_account(user.pw_name)


def change_accounts(*command: str) -> subprocess.CompletedProcess[str]:
    """By a tool of passwd's. They do not wait for each other, and other tests make users, too."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "cannot lock" not in done.stderr or time.monotonic() > deadline:
            return done
        time.sleep(0.05)
