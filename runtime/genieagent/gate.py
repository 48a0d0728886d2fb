"""The way in and out of a jar that has a network of its own, kept by its agent.

No socket of the machine's network ever enters the jar: the manager gets sockets of the jar's. One
is where the jar's programs find their proxy (network "filtered"); through another the manager asks
for connections to the jar's own ports.
"""

from __future__ import annotations

import socket
from contextlib import suppress

from genieagent.facts import Network
from genieagent.failures import RequestFailedError

PROXY_PORT = 3128
"""Where a jar finds its proxy on 127.0.0.1; the port that proxies have by custom."""

_BACKLOG = 128
_MAX_REQUEST = 32
_FAMILIES = {b"4": (socket.AF_INET, "127.0.0.1"), b"6": (socket.AF_INET6, "::1")}


class Gate:
    """Open to one caller at a time; the next one gets it when that one has left."""

    def __init__(self, network: Network):
        """The proxy's socket is there before any workload: whoever connects early waits in it."""
        self._network = network
        self._proxy = _listen() if network == "filtered" else None
        self.caller: socket.socket | None = None

    def open(self) -> tuple[socket.socket, tuple[int, ...]]:
        """Our end of the line to a new caller, to be watched for `answer`, and what the caller
        gets: the first descriptor is its end and to be closed, the second its proxy's socket.

        Raises RequestFailedError where there is no gate, or somebody has it.
        """
        if self._network == "host":
            raise RequestFailedError("network", "the jar is on the machine's own network")
        if self.caller is not None:
            raise RequestFailedError("gated", "somebody else keeps the jar's gate")
        self.caller, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        proxy = () if self._proxy is None else (self._proxy.fileno(),)
        return self.caller, (theirs.detach(), *proxy)

    def answer(self) -> bool:
        """Serve the caller's next request, a family and a port as in "4 20000", by a socket that
        is just connecting there; False when it has left, and the line is to be closed."""
        assert self.caller is not None
        with suppress(OSError):
            if request := self.caller.recv(_MAX_REQUEST):
                return self._connect(self.caller, *request.split())
        self.caller = None
        return False

    def _connect(self, caller: socket.socket, family: bytes, port: bytes) -> bool:
        kind, address = _FAMILIES[family]
        with socket.socket(kind, socket.SOCK_STREAM) as connecting:
            connecting.setblocking(False)
            connecting.connect_ex((address, int(port)))
            socket.send_fds(caller, [b"!"], [connecting.fileno()])
        return True


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", PROXY_PORT))
    listener.listen(_BACKLOG)
    return listener
