"""Guarantee 10: secrets are nowhere at rest or on show."""

from __future__ import annotations

import gzip
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from attack_record import Attack
from tenancies import Tenancy

JFILE = """\
IMPORT TOKEN
RUN test "$TOKEN" && echo built > made
CMD touch up; sleep 30
"""
_SECONDS = 30


def _lives_with_secret(tenancy: Tenancy) -> None:
    tenancy.build(JFILE, {}, TOKEN=tenancy.secret)
    tenancy.run_app()
    _wait_for(tenancy, "up")


def _wait_for(tenancy: Tenancy, name: str) -> None:
    """Until the app has made this file."""
    deadline = time.monotonic() + _SECONDS
    while name not in tenancy.inside("ls").split():
        assert time.monotonic() < deadline, f"there is no {name}"


def find_at_rest(tenancy: Tenancy) -> bool:
    """Looks for a secret in state, cache, keys, layers, logs and backups."""
    _lives_with_secret(tenancy)
    tenancy.backup()
    files = [file for file in tenancy.at_rest() if file.parent.name != "secrets"]
    return any(_holds(file, tenancy.secret) for file in files)


def find_open_to_others(tenancy: Tenancy) -> bool:
    """Looks for a file with a secret that others than the manager may read."""
    _lives_with_secret(tenancy)
    holding = [file for file in tenancy.at_rest() if _holds(file, tenancy.secret)]
    assert holding, "the secret is kept nowhere"
    return any(file.stat().st_mode & 0o077 for file in holding)


def _holds(file: Path, secret: str) -> bool:
    if not stat.S_ISREG(file.lstat().st_mode):
        return False
    with suppress(FileNotFoundError, PermissionError):  # the jar's own, to an ordinary manager
        content = file.read_bytes()
        text = gzip.decompress(content) if file.name.endswith(".gz") else content
        return secret.encode() in text
    return False


def find_in_command_lines(tenancy: Tenancy) -> bool:
    """Looks for a secret in the words of every process of the machine."""
    _lives_with_secret(tenancy)
    return any(tenancy.secret.encode() in words for words in _command_lines())


def _command_lines() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield file.read_bytes()


def find_in_plan(tenancy: Tenancy) -> bool:
    """Looks for a secret in what a build says of itself."""
    told = tenancy.build(JFILE, {}, TOKEN=tenancy.secret)
    return tenancy.secret in told + tenancy.plan(TOKEN=tenancy.secret)


FLOOD = "yes | head -c 62914560; touch done; sleep 30"
_LOG_MAY_HAVE = 55 << 20


def flood_log(tenancy: Tenancy) -> bool:
    """Says more than the manager's disk should be asked to keep."""
    tenancy.build(f"CMD {FLOOD}\n", {})
    tenancy.run_app()
    _wait_for(tenancy, "done")
    return sum(file.stat().st_size for file in _logs(tenancy)) > _LOG_MAY_HAVE


def _logs(tenancy: Tenancy) -> list[Path]:
    found = (file for file in tenancy.at_rest() if file.parent.name == "log")
    return [file for file in found if file.is_file() and not file.is_symlink()]


PLOTS = (
    Attack(find_at_rest, 10),
    Attack(find_open_to_others, 10),
    Attack(find_in_command_lines, 10),
    Attack(find_in_plan, 10),
    Attack(flood_log, 11),
)
