"""A forward proxy as companies have them, for whatever has to work behind one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from geniejars.streams import join_streams

ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n"
_SECONDS = 30


@dataclass
class ForwardProxy:
    """`asked`: the targets, each with the credentials that came along."""

    listener: socket.socket
    answer: str | None
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def run(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(_SECONDS)
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(1)
            target, fields = _parsed(head.decode())
            self.asked.append((target, fields.get("proxy-authorization")))
            self._treat(client, target)

    def _treat(self, client: socket.socket, target: str) -> None:
        if self.answer is not None:
            client.sendall(self.answer.encode())
        elif target.partition(":")[0].endswith(".invalid"):  # of which there are none: it is played
            client.sendall(f"{ESTABLISHED}welcome, ".encode())
            client.sendall(client.recv(100))
        else:
            host, _, port = target.rpartition(":")
            with socket.create_connection((host, int(port)), _SECONDS) as remote:
                client.sendall(ESTABLISHED.encode())
                join_streams(client, remote)


def _parsed(head: str) -> tuple[str, dict[str, str]]:
    first, *lines = head.strip().split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return first.split()[1], {name.lower(): value for name, value in pairs}


@contextmanager
def forward_proxy(answer: str | None = None) -> Iterator[ForwardProxy]:
    """On the loopback; with `answer` it says only that."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = ForwardProxy(listener, answer)
        threading.Thread(target=proxy.run, daemon=True).start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
