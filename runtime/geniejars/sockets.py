"""The UNIX sockets of a run folder, by name, however long the folder's path is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genieagent.jar import Role

LONGEST_PATH = 107
"""sun_path without its NUL (unix(7))."""

BACKLOG = 64

SERVER = "server.sock"
ZYGOTE = "zygote.sock"


def agent_socket(jar: str, role: Role) -> str:
    return f"{jar}.{role}.sock"


def gateway_socket(jar: str, role: Role) -> str:
    return f"{jar}.{role}.gateway.sock"


def listen_at(
    folder: Path, name: str, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    """A new listening socket, only for its owner; whatever had the name before has lost it."""
    (folder / name).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, kind)
    try:
        with _short_path(folder, name) as path:
            listener.bind(path)
        (folder / name).chmod(0o600)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def connect_to(
    folder: Path, name: str, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    """Raises FileNotFoundError or ConnectionRefusedError where nobody listens."""
    connection = socket.socket(socket.AF_UNIX, kind)
    try:
        with _short_path(folder, name) as path:
            connection.connect(path)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _short_path(folder: Path, name: str) -> Iterator[str]:
    """The path itself, or one through a descriptor of its folder where it would be too long."""
    if len(os.fsencode(folder / name)) <= LONGEST_PATH:
        yield str(folder / name)
        return
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)
