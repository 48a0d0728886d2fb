"""System calls that Python lacks, for attacks. Standard library only: this runs in jars."""

from __future__ import annotations

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)

# Those that have one number on every machine are given by it.
_X86_64 = {"ioctl": 16, "add_key": 248, "keyctl": 250, "clone": 56}
_AARCH64 = {"ioctl": 29, "add_key": 217, "keyctl": 219, "clone": 220}
NUMBERS = _X86_64 if os.uname().machine == "x86_64" else _AARCH64

PIDFD_GETFD, IO_URING_SETUP = 438, 425
CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET = 0x10000000, 0x00020000, 0x40000000


def call(number: int, *arguments: int | bytes | None) -> int:
    """By number, past every wrapper; raises OSError."""
    wide = (ctypes.c_long(a) if isinstance(a, int) else a for a in arguments)
    return checked(_LIBC.syscall(ctypes.c_long(number), *wide))


def libc(name: str, *arguments: object) -> int:
    """A function of the C library's that returns -1 where it fails; raises OSError."""
    return checked(getattr(_LIBC, name)(*arguments))


def checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
