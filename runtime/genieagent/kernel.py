"""System calls that the agent needs and Python 3.11 lacks, one function for each man page."""

from __future__ import annotations

import ctypes
import os
import struct

from genieagent.call_numbers import number
from genieagent.trees import Path

_libc = ctypes.CDLL(None, use_errno=True)

_AT_FDCWD = -100
_RESOLVE_NO_XDEV = 0x01
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_RENAME_EXCHANGE = 2


def open_beneath(folder: int, path: Path, flags: int, *, crosses_mounts: bool = True) -> int:
    """openat2(2): never through a symlink and never out of `folder`; raises OSError.

    A symlink at the end is refused too (ELOOP) unless `flags` hold O_PATH and O_NOFOLLOW, and so
    is a mount point (EXDEV), be it the end or on the way, unless `crosses_mounts`. Every kernel
    with Landlock has the call.
    """
    resolve = _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | (0 if crosses_mounts else _RESOLVE_NO_XDEV)
    how = struct.pack("=QQQ", flags | os.O_CLOEXEC, 0, resolve)
    result: int = _libc.syscall(
        ctypes.c_long(number("openat2")),
        ctypes.c_long(folder),
        ctypes.c_char_p(path),
        ctypes.c_char_p(how),
        ctypes.c_long(len(how)),
    )
    if result < 0:
        raise _error(path)
    return result


def exchange(one: str, other: str) -> None:
    """renameat2(2) with RENAME_EXCHANGE: the two swap their names at one instant."""
    names = os.fsencode(one), os.fsencode(other)
    if _libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) < 0:
        raise _error(names[0])


def _error(path: Path) -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code), os.fsdecode(path))
