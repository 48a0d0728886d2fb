"""A conversation over a UNIX stream socket, blocking; the one transport that both sides use."""

from __future__ import annotations

import os
import socket
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from genieagent.wire.connection import Connection, Data, Event, Outgoing, Received
from genieagent.wire.errors import RemoteProtocolError
from genieagent.wire.messages import MAX_DESCRIPTORS, Message

RECEIVE_SIZE = 256 * 1024


@dataclass
class Channel:
    """Owns its socket. Every call may raise OSError, too; receiving RemoteProtocolError."""

    socket: socket.socket
    connection: Connection
    _events: deque[Event] = field(default_factory=deque, init=False)

    def send(self, type: str, descriptors: Sequence[int] = (), **fields: Any) -> None:
        """Say a message: `channel.send("stop", grace=10.0)`. The descriptors stay ours."""
        message: Message = {"type": type, **fields}
        self._transmit(self.connection.send(message, descriptors))

    def send_data(self, data: bytes) -> None:
        """A piece of what the last message announced by its `size`."""
        if data:
            self._transmit(self.connection.send_data(data))

    def receive(self) -> Event | None:
        """Wait for the next event; None when the other side has gone."""
        while not self._events:
            if not self.receive_some():
                return None
        return self._events.popleft()

    def receive_message(self) -> Received | None:
        """Wait for a message; RemoteProtocolError where data comes instead."""
        event = self.receive()
        if isinstance(event, Data):
            raise RemoteProtocolError("data instead of a message")
        return event

    def receive_content(self, size: int) -> bytes:
        """The data that the last message announced."""
        pieces: list[bytes] = []
        while size:
            event = self.receive()
            if not isinstance(event, Data):
                raise RemoteProtocolError("the conversation ended in the middle of data")
            pieces.append(event.content)
            size -= len(event.content)
        return b"".join(pieces)

    def receive_some(self) -> bool:
        """Read once, without waiting where the socket is readable; False at the other's end."""
        data, descriptors, flags = _receive(self.socket)
        if not data:
            self.connection.receive_end()
            return False
        if flags & socket.MSG_CTRUNC:
            _close_all(descriptors)
            raise RemoteProtocolError("descriptors were lost: too many files are open")
        self._events.extend(self.connection.receive_data(data, descriptors))
        return True

    def pending(self) -> Event | None:
        """The next event that is here already, or None; never waits."""
        return self._events.popleft() if self._events else None

    def fileno(self) -> int:
        return self.socket.fileno()

    def close(self) -> None:
        for event in self._events:
            _close_all(event.descriptors if isinstance(event, Received) else ())
        _close_all(self.connection.take_unclaimed())
        self._events.clear()
        self.socket.close()

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _transmit(self, outgoing: Outgoing) -> None:
        """All of it: a large frame leaves in several pieces, its descriptors with the first."""
        content = memoryview(outgoing.content)
        sent = self._send_first(content, outgoing.descriptors)
        if sent < len(content):  # the peer may have answered and gone: no empty write then
            self.socket.sendall(content[sent:])

    def _send_first(self, content: memoryview, descriptors: Sequence[int]) -> int:
        if not descriptors:
            return 0
        return socket.send_fds(self.socket, [content], descriptors)


# Python 3.11's socket.recv_fds drops its flags, and these descriptors must close on exec.
_DESCRIPTOR_SPACE = socket.CMSG_SPACE(MAX_DESCRIPTORS * array("i").itemsize)


def _receive(source: socket.socket) -> tuple[bytes, array[int], int]:
    data, ancillary, flags, _ = source.recvmsg(
        RECEIVE_SIZE, _DESCRIPTOR_SPACE, socket.MSG_CMSG_CLOEXEC
    )
    descriptors = array("i")
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            # A control message that was cut may end in the middle of a number.
            descriptors.frombytes(content[: len(content) // 4 * 4])
    return data, descriptors, flags


def _close_all(descriptors: Iterable[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
