"""Guarantee 6: the next tenant of a jar finds nothing of the last.

Each attack is planted by one tenant and tried by the next.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
from pathlib import Path

from attack_calls import libc
from attack_record import Attack, Target, not_promised

_LEFT = "left by the last tenant"
_IPC_CREAT = 0o1000
_DEEP = 1200
"""More than a walk that calls itself may (1,000 in Python) and a path can name (4,096 bytes)."""

_DAEMON_SECONDS = 30


def _name(target: Target) -> str:
    return f"jbt-left-{target.secret_digest[:8]}"


def _key(target: Target) -> int:
    return int(target.secret_digest[-7:], 16)


def leave_in_home(target: Target) -> None:
    (Path.home() / _name(target)).write_text(_LEFT)


def find_in_home(target: Target) -> bool:
    """Finds a file in the home."""
    return (Path.home() / _name(target)).exists()


def leave_in_temporary_folder(target: Target) -> None:
    _temporary(target).write_text(_LEFT)


def find_in_temporary_folder(target: Target) -> bool:
    """Finds a file in its temporary folder."""
    _temporary(target).unlink()
    return True


def _temporary(target: Target) -> Path:
    return Path(os.environ.get("TMPDIR", "/tmp"), _name(target))


def leave_shared_memory(target: Target) -> None:
    Path("/dev/shm", _name(target)).write_text(_LEFT)


def find_shared_memory(target: Target) -> bool:
    """Finds POSIX shared memory."""
    Path("/dev/shm", _name(target)).unlink()
    return True


def leave_segment(target: Target) -> None:
    libc("shmget", _key(target), 4096, _IPC_CREAT | 0o666)


def find_segment(target: Target) -> bool:
    """Finds System V shared memory."""
    found = libc("shmget", _key(target), 0, 0)
    libc("shmctl", found, 0, None)
    return True


def leave_semaphore(target: Target) -> None:
    libc("semget", _key(target), 1, _IPC_CREAT | 0o666)


def find_semaphore(target: Target) -> bool:
    """Finds a System V semaphore."""
    libc("semctl", libc("semget", _key(target), 0, 0), 0, 0)
    return True


def leave_queue(target: Target) -> None:
    libc("msgget", _key(target), _IPC_CREAT | 0o666)


def find_queue(target: Target) -> bool:
    """Finds a System V message queue."""
    libc("msgctl", libc("msgget", _key(target), 0), 0, None)
    return True


def leave_posix_queue(target: Target) -> None:
    name = f"/{_name(target)}".encode()
    libc("mq_open", name, os.O_CREAT | os.O_RDWR, ctypes.c_uint(0o666), None)


def find_posix_queue(target: Target) -> bool:
    """Finds a POSIX message queue."""
    libc("mq_unlink", f"/{_name(target)}".encode())
    return True


def leave_daemon(target: Target) -> None:
    """Listens on a port that the kernel picks; its abstract name tells the next tenant."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"\0{_name(target)}")
    server.listen()
    if os.fork() == 0:
        os.setsid()
        signal.alarm(_DAEMON_SECONDS)
        for standard in range(3):
            os.dup2(os.open(os.devnull, os.O_RDWR), standard)
        while True:
            server.accept()


def find_daemon(target: Target) -> bool:
    """Finds a server that listens still."""
    with socket.socket(socket.AF_UNIX) as asker:
        asker.connect(f"\0{_name(target)}")
        return True


def leave_deep_folders(target: Target) -> None:
    here = os.open(Path.home(), os.O_RDONLY)
    for _ in range(_DEEP):
        os.mkdir("deep", dir_fd=here)
        deeper = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.fchmod(here, 0)


def find_deep_folders(target: Target) -> bool:
    """Finds folders that were nested too deep for a careless wipe."""
    return (Path.home() / "deep").exists()


_WEAK = {"weak": not_promised("weak is no boundary: what has the user's id may be the user's own")}

ATTACKS = (
    Attack(find_in_home, 6, plant=leave_in_home),
    Attack(find_in_temporary_folder, 6, plant=leave_in_temporary_folder),
    Attack(find_shared_memory, 6, plant=leave_shared_memory),
    Attack(find_segment, 6, _WEAK, plant=leave_segment),
    Attack(find_semaphore, 6, _WEAK, plant=leave_semaphore),
    Attack(find_queue, 6, _WEAK, plant=leave_queue),
    Attack(find_posix_queue, 6, plant=leave_posix_queue),
    Attack(find_daemon, 6, plant=leave_daemon),
    Attack(find_deep_folders, 6, plant=leave_deep_folders),
)
