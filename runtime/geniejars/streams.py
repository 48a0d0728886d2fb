"""Two connections made one: what comes in here goes out there, and back."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

CHUNK = 1 << 16


def join_streams(one: socket.socket, other: socket.socket) -> None:
    """Until both have said their last. Whoever stops reading slows only its own direction."""
    for end in (one, other):
        end.settimeout(None)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    back = threading.Thread(target=_copy, args=(other, one), daemon=True)
    back.start()
    _copy(one, other)
    back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(CHUNK):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
        return
    # Broken: nobody is to wait for what will not come.
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
