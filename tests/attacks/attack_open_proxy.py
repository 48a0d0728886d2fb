"""A forward proxy as one finds them: it goes wherever it is sent, by whatever spelling.

What attackers without a jar ask instead of a jar's. Standard library only.
"""

from __future__ import annotations

import re
import socket

_SECONDS = 5
_HOST = re.compile(r"^Host: *(.*?)\r?$", re.MULTILINE)


def serve(listener: socket.socket) -> None:
    """One client after the other, for ever."""
    while True:
        client, _ = listener.accept()
        with client:
            try:
                _serve(client)
            except OSError:  # nobody is there
                continue


def _serve(client: socket.socket) -> None:
    client.settimeout(_SECONDS)
    head = ""
    while "\r\n\r\n" not in head:
        head += client.recv(4096).decode("latin-1")
    method = head.partition(" ")[0]
    with socket.create_connection(_place(head), _SECONDS) as remote:
        if method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while piece := remote.recv(4096):
            client.sendall(piece)


def _place(head: str) -> tuple[str, int]:
    """The header's word before the request's, names end at NUL, users are dropped."""
    found = _HOST.search(head)
    host, _, port = (found[1] if found else "").rpartition(":")
    return host.partition("\0")[0].rpartition("@")[2].strip("[]"), int(port)
