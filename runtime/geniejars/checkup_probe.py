"""What a program in a jar can do that it should not: run inside by `doctor`, as text.

`python3 -c TEXT FACTS`, both standard library only. It answers with one JSON object: for each part
of a guarantee the list of what was possible, empty where it holds. It changes nothing that it does
not put back.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

_CLONE_NEWUSER = 0x10000000
_PTRACE_SEIZE = 0x4206
_TIOCSTI = 0x5412
_PR_GET_SECCOMP, _PR_GET_NO_NEW_PRIVS = 21, 39
_FILTERED = 2
_ELSEWHERE = ("192.0.2.1", 9)  # RFC 5737: of nobody
_LOCKS = (
    ("no filter", _PR_GET_SECCOMP, _FILTERED),
    ("new privileges", _PR_GET_NO_NEW_PRIVS, 1),
)
_libc = ctypes.CDLL(None, use_errno=True)


def writes(facts: dict[str, Any]) -> list[str]:
    """Of folders outside."""
    return [folder for folder in facts["folders"] if _can(partial(_make_file, folder))]


def _make_file(folder: str) -> None:
    name = os.path.join(folder, f".jarbuild-doctor-{os.getpid()}")  # noqa: PTH118
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    os.unlink(name)  # noqa: PTH108


def reads(facts: dict[str, Any]) -> list[str]:
    """Of the manager's files."""
    files = [*facts["files"], *(f"/proc/{pid}/environ" for pid in facts["pids"])]
    return [file for file in files if _can(partial(_read, file))]


def _read(file: str) -> None:
    with open(file, "rb") as opened:  # noqa: PTH123
        opened.read(1)


def touches(facts: dict[str, Any]) -> list[str]:
    """Of processes outside."""
    return [what for pid in facts["pids"] for what in _power_over(pid)]


def commands_agent(facts: dict[str, Any]) -> list[str]:
    return _power_over(1 if facts["has_namespaces"] else os.getppid())


def _power_over(pid: int) -> list[str]:
    attempts: dict[str, Callable[[], object]] = {
        "signal": lambda: os.kill(pid, 0),
        "limit": lambda: resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0)),
        "trace": lambda: _call(_libc.ptrace(_PTRACE_SEIZE, pid, 0, 0)),
    }
    return [f"{name} {pid}" for name, attempt in attempts.items() if _can(attempt)]


def injects(_facts: dict[str, Any]) -> list[str]:
    """Only the filter says EPERM: without one, what is no terminal says so."""
    _libc.ioctl(0, ctypes.c_ulong(_TIOCSTI), b"x")
    return [] if ctypes.get_errno() == errno.EPERM else ["TIOCSTI"]


def binds(facts: dict[str, Any]) -> list[str]:
    """Of ports that are not the jar's; from a network of its own nothing leads out."""
    if facts["own_network"]:
        return [f"a way to {_ELSEWHERE[0]}"] if _can(_find_way) else []
    return [f"port {facts['port']}"] if _can(lambda: _bind(facts["port"])) else []


def _find_way() -> None:
    """connect(2) of a datagram socket sends nothing: it looks for a route. The interfaces tell
    less, for the kernel puts tunnels that are down into every network (ip_vti0, sit0)."""
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.connect(_ELSEWHERE)


def _bind(port: int) -> None:
    with socket.socket() as made:
        made.bind(("", port))


def unbounded(facts: dict[str, Any]) -> list[str]:
    found = []
    if resource.getrlimit(resource.RLIMIT_NPROC)[1] not in range(facts["processes"] + 1):
        found.append("processes")
    if facts["has_namespaces"]:
        room = os.statvfs("/tmp")  # noqa: S108
        found += ["its /tmp"] if room.f_blocks * room.f_frsize > facts["tmp_size"] else []
    return found


def loosens(facts: dict[str, Any]) -> list[str]:
    """What would be without a filter, or could leave one."""
    found = [what for what, option, value in _LOCKS if _libc.prctl(option, 0, 0, 0, 0) != value]
    allowed = _can(lambda: _call(_libc.unshare(_CLONE_NEWUSER)))
    return [*found, *(["user namespaces"] if allowed and not facts["nested"] else [])]


def poisons(facts: dict[str, Any]) -> list[str]:
    """The build's root, beside the home."""
    return [folder for folder in facts["roots"] if _can(partial(os.listdir, folder))]


def _can(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _call(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")


PARTS = (
    writes, reads, touches, commands_agent, injects, binds, unbounded, poisons, loosens,
)  # fmt: skip

if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    print(json.dumps({part.__name__: part(told) for part in PARTS}))
