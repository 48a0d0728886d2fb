"""The head of an HTTP message, read from a socket: whole, or not at all."""

from __future__ import annotations

import socket

LONGEST_HEAD = 16 << 10
_END = b"\r\n\r\n"


class EndlessHeadError(Exception):
    """The other side left within it, or says too much."""


def read_head(connection: socket.socket) -> tuple[str, bytes]:
    """Its first line, and what was said after the head; raises EndlessHeadError and OSError."""
    read = b""
    while _END not in read:
        piece = connection.recv(LONGEST_HEAD)
        if not piece or len(read) > LONGEST_HEAD:
            raise EndlessHeadError
        read += piece
    head, _, rest = read.partition(_END)
    return head.partition(b"\r\n")[0].decode("latin-1"), rest
