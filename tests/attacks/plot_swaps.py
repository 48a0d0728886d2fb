"""Guarantee 9, against a tenant that changes things under the manager's hands: folders and symlinks
that swap their names in a loop wherever something is written, read or removed.

The loop is a process that has left its session, which no command waits for, and ends by itself.
"""

from __future__ import annotations

import io
import tarfile
import time

from attack_record import Attack
from plot_deputies import is_changed
from tenancies import Tenancy

PAIRS = 4
_SECONDS = 10
_SWAP = """
setsid python3 - '{outside}' >/dev/null 2>&1 <<'END' &
import ctypes, os, sys
from contextlib import suppress
swap = ctypes.CDLL(None).renameat2
pairs = [(b"target%d" % number, b"other%d" % number) for number in range({pairs})]
def plant(folder, link):
    with suppress(OSError):
        os.mkdir(folder)
    with suppress(OSError):
        os.symlink(sys.argv[1], link)
for _ in range(100_000):
    for folder, link in pairs:
        if swap(-100, folder, -100, link, 2) < 0:  # RENAME_EXCHANGE
            plant(folder, link)
            open("begun", "w").close()
END
"""
_NAMES = [f"{name}{number}" for number in range(PAIRS) for name in ("target", "other")]


def _begin(tenancy: Tenancy) -> None:
    tenancy.start(_SWAP.format(outside=tenancy.outside, pairs=PAIRS))
    deadline = time.monotonic() + _SECONDS
    while "begun" not in tenancy.inside("ls"):
        assert time.monotonic() < deadline, "the attack did not start"


def swap_while_copying(tenancy: Tenancy) -> bool:
    """Swaps folders and symlinks in a loop while COPY writes there."""
    files = [f"target{number}/{file}" for number in range(PAIRS) for file in "abc"]
    jfile = "".join(f"COPY a {file}\n" for file in files)
    tenancy.build(jfile, {"a": "before"})
    _begin(tenancy)
    tenancy.build(jfile, {"a": "written by the manager"})
    return is_changed(tenancy)


def swap_while_making(tenancy: Tenancy) -> bool:
    """The same while WORKDIR makes folders there."""
    _begin(tenancy)
    tenancy.build("".join(f"WORKDIR {name}/made\n" for name in _NAMES), {})
    return is_changed(tenancy)


def swap_while_restoring(tenancy: Tenancy) -> bool:
    """The same while a backup is restored over it."""
    archive = tenancy.outside.parent / "backup.tar.gz"
    with tarfile.open(archive, "w:gz") as written:
        for name in _NAMES:
            member = tarfile.TarInfo(f"{name}/file")
            member.size = len("planted")
            written.addfile(member, io.BytesIO(b"planted"))
    archive.chmod(0o644)
    _begin(tenancy)
    tenancy.restore(archive)
    archive.unlink()
    return is_changed(tenancy)


def swap_while_backing_up(tenancy: Tenancy) -> bool:
    """The same while a backup is made."""
    _begin(tenancy)
    with tarfile.open(tenancy.backup()) as archive:
        return any(tenancy.secret.encode() in _content(archive, member) for member in archive)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member) if member.isreg() else None
    return file.read() if file else b""


def swap_while_clearing(tenancy: Tenancy) -> bool:
    """The same while the manager removes everything."""
    _begin(tenancy)
    tenancy.clear()
    return is_changed(tenancy)


def swap_while_normalizing(tenancy: Tenancy) -> bool:
    """The same while the manager changes modes."""
    _begin(tenancy)
    tenancy.normalize()
    return is_changed(tenancy)


PLOTS = (
    Attack(swap_while_copying, 9),
    Attack(swap_while_making, 9),
    Attack(swap_while_restoring, 9),
    Attack(swap_while_backing_up, 9),
    Attack(swap_while_clearing, 9),
    Attack(swap_while_normalizing, 9),
)
