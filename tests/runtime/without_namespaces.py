"""Runs a command as if in a container that may not make namespaces (Docker's default).

    python3 tests/runtime/without_namespaces.py CMD…

New namespaces are refused by seccomp; root also loses CAP_SYS_ADMIN, and keeps the rest.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "runtime"))

from genieagent import syscalls
from genieagent.call_numbers import MACHINE, number
from genieagent.seccomp import Argument, Deny, assemble

# Docker's default profile, as far as it concerns namespaces: CLONE_NEW* but for CLONE_NEWTIME.
_NEW_NAMESPACES = 0x7E020000
_MAKES_ONE = Argument(0, (0,), mask=_NEW_NAMESPACES, inverse=True)
_RULES = (
    Deny("unshare", errno.EPERM, (_MAKES_ONE,)),
    Deny("clone", errno.EPERM, (_MAKES_ONE,)),
    Deny("clone3", errno.ENOSYS),
    Deny("setns", errno.EPERM),
)

_PR_CAPBSET_DROP = 24
_CAP_SYS_ADMIN = 21
_CAPABILITY_VERSION_3 = 0x20080522


def main(command: list[str]) -> None:
    """Does not return."""
    if os.geteuid() != 0:
        syscalls.no_new_privileges()
    syscalls.install_filter(assemble(_RULES, MACHINE))
    if os.geteuid() == 0:
        _drop_sys_admin()
    os.execvp(command[0], command)  # noqa: S606


def _drop_sys_admin() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    _check(libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(_CAP_SYS_ADMIN), 0, 0, 0))
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    held = ctypes.create_string_buffer(24)
    _check(libc.capget(header, held))
    words = list(struct.unpack("=6I", held.raw))
    kept = [word & ~(1 << _CAP_SYS_ADMIN) if low < 3 else word for low, word in enumerate(words)]
    _check(libc.syscall(ctypes.c_long(number("capset")), header, struct.pack("=6I", *kept)))


def _check(result: int) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


if __name__ == "__main__":
    main(sys.argv[1:])
