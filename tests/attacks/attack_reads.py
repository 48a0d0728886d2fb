"""Guarantee 2: a jar cannot read the manager's files, other jars and the saved state.

The secret is a random word; the attacker is told only its digest.
"""

from __future__ import annotations

import ctypes
import os
import socket
from pathlib import Path

from attack_calls import libc
from attack_record import Attack, Target, not_promised


def read_open_file(target: Target) -> bool:
    """Reads a file of the manager's that all the machine may read."""
    return target.is_secret((target.manager_home / "canary").read_text())


def list_managers_home(target: Target) -> bool:
    """Lists the manager's home."""
    return "canary" in os.listdir(target.manager_home)


def read_managers_environment(target: Target) -> bool:
    """Looks for a secret in the environment of a process of the manager's."""
    return target.is_secret(Path(f"/proc/{target.manager_pid}/environ").read_text())


def read_managers_command_line(target: Target) -> bool:
    """Looks for a secret in the words of a process of the manager's."""
    return target.is_secret(Path(f"/proc/{target.manager_pid}/cmdline").read_text())


def read_every_environment(target: Target) -> bool:
    """Looks for a secret in every process that /proc shows."""
    texts = (_text(path) for path in Path("/proc").glob("[0-9]*/environ"))
    return any(target.is_secret(text) for text in texts)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def read_state(target: Target) -> bool:
    """Reads who has which jar."""
    return "pool" in (target.state / "state.json").read_text()


def read_saved_secrets(target: Target) -> bool:
    """Reads the saved values of another jar's IMPORT."""
    files = list((target.state / "secrets").iterdir())
    return any(target.is_secret(file.read_text()) for file in files)


def read_neighbours_file(target: Target) -> bool:
    """Reads what another jar opened to all."""
    return target.is_secret((target.neighbour_home / "shared").read_text())


def read_neighbours_environment(target: Target) -> bool:
    """Looks for a secret in the environment of another jar's process."""
    return target.is_secret(Path(f"/proc/{target.neighbour_pid}/environ").read_text())


def enter_neighbours_folder(target: Target) -> bool:
    """Goes into another jar's home by its process in /proc."""
    return target.is_secret(Path(f"/proc/{target.neighbour_pid}/cwd/shared").read_text())


def read_password_hashes(target: Target) -> bool:
    """Reads /etc/shadow."""
    return "root:" in Path("/etc/shadow").read_text()


def read_predictable_file(target: Target) -> bool:
    """Reads a file that the manager left in /tmp (CVE-2026-46406)."""
    return target.is_secret(Path(f"/tmp/jbt-{target.secret_digest[:12]}").read_text())


def read_shared_memory(target: Target) -> bool:
    """Reads the manager's POSIX shared memory."""
    return target.is_secret(Path(f"/dev/shm/jbt-{target.secret_digest[:12]}").read_text())


def attach_shared_memory(target: Target) -> bool:
    """Reads the manager's System V shared memory."""
    shmat = ctypes.CDLL(None, use_errno=True).shmat
    shmat.restype = ctypes.c_void_p
    segment = libc("shmget", int(target.secret_digest[:7], 16), 0, 0)
    address = shmat(segment, None, 0o10000)
    if address == ctypes.c_void_p(-1).value:
        return False
    return target.is_secret(ctypes.string_at(address).decode())


def connect_abstract_socket(target: Target) -> bool:
    """Asks a server of the manager's that listens on a socket without a path."""
    with socket.socket(socket.AF_UNIX) as asker:
        asker.connect("\0" + target.abstract_socket)
        return target.is_secret(asker.recv(100).decode())


def ask_managers_socket(target: Target) -> bool:
    """Asks a server of the manager's that listens on a socket file open to all."""
    with socket.socket(socket.AF_UNIX) as asker:
        asker.connect(str(target.manager_home / "socket"))
        return target.is_secret(asker.recv(100).decode())


_MACHINES = not_promised("without namespaces the machine's shared memory and IPC are in sight")
_SOCKETS = not_promised("without namespaces UNIX sockets that are open to all are in reach")
_WEAK = not_promised("weak is no boundary: the same user's IPC is in reach")

ATTACKS = (
    Attack(read_open_file, 2),
    Attack(list_managers_home, 2),
    Attack(read_managers_environment, 2),
    Attack(read_managers_command_line, 2),
    Attack(read_every_environment, 2),
    Attack(read_state, 2),
    Attack(read_saved_secrets, 2),
    Attack(read_neighbours_file, 2),
    Attack(read_neighbours_environment, 2),
    Attack(enter_neighbours_folder, 2),
    Attack(read_password_hashes, 2, needs_root=True),
    Attack(read_predictable_file, 2),
    Attack(read_shared_memory, 2, {"no-namespaces": _MACHINES}),
    Attack(attach_shared_memory, 2, {"no-namespaces": _MACHINES, "weak": _WEAK}),
    Attack(connect_abstract_socket, 2),
    Attack(ask_managers_socket, 2, {"no-namespaces": _SOCKETS}),
)
