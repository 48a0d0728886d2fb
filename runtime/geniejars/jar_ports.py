"""Connections into a jar that has a network of its own, made there by its agent."""

from __future__ import annotations

import errno
import os
import select
import socket
import threading
from collections.abc import Sequence

from attrs import Factory, define

from geniejars.errors import InternalError

CONNECT_SECONDS = 10.0
_FAMILIES = ("4", "6")


@define
class JarPorts:
    """`agent` is the line to the jar's gate. Threads may share it."""

    agent: socket.socket
    _lock: threading.Lock = Factory(threading.Lock)

    def connect(self, port: int) -> socket.socket:
        """To whoever listens there on the jar's loopback; raises OSError."""
        failure = OSError(errno.ECONNREFUSED, "nobody listens")
        for family in _FAMILIES:
            try:
                return _connected(self._ask(f"{family} {port}"))
            except OSError as error:
                failure = error
        raise failure

    def _ask(self, request: str) -> socket.socket:
        with self._lock:
            self.agent.send(request.encode())
            _, descriptors, _, _ = socket.recv_fds(self.agent, 1, 1)
        return as_tcp(descriptors)


def as_tcp(descriptors: Sequence[int]) -> socket.socket:
    """The one socket that an agent handed out; raises InternalError for anything else."""
    (descriptor,) = descriptors
    os.set_inheritable(descriptor, False)
    made = socket.socket(fileno=descriptor)
    kind = made.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)
    if made.family not in (socket.AF_INET, socket.AF_INET6) or kind != socket.SOCK_STREAM:
        made.close()
        raise InternalError("an agent handed out what is no TCP socket")
    return made


def _connected(connecting: socket.socket) -> socket.socket:
    is_done = select.select([], [connecting], [], CONNECT_SECONDS)[1]
    code = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if is_done else errno.ETIMEDOUT
    if code:
        connecting.close()
        raise OSError(code, os.strerror(code))
    return connecting
