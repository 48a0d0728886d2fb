"""The server's line to the zygote: one packet a request, one a reply, descriptors beside them.

The zygote outlives servers: what a new server finds running it takes over, listening sockets
and all.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import define, frozen

import genieagent
from genieagent.jar import Role
from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.open_shares import OpenShares
from geniejars.pool.installed import Installed, installed_pool, zygote_folder
from geniejars.pool.starter import start_program
from geniejars.replies import accepted
from geniejars.situation import Situation
from geniejars.sockets import ZYGOTE, connect_to, listen_at
from geniejars.state import JarEntry

DESCRIPTOR = 3
"""Where the zygote finds its listening socket."""

_POOL_SECONDS, _POOL_PAUSE = 10.0, 0.05

PACKET_LIMIT = 1 << 18
MOST_DESCRIPTORS = 253
"""The kernel's limit for one message (SCM_MAX_FD)."""


class ZygoteLostError(MachineError):
    """The zygote is gone, and every jar with it."""

    code = "zygote-lost"

    def __init__(self) -> None:
        super().__init__(
            "the process that makes jars was ended from outside, and everything in them with it",
            help="run the command again: it starts a new one",
        )


@frozen
class Agent:
    """One running agent, and the socket it accepts on."""

    jar: str
    role: Role
    pid: int
    listener: socket.socket


@define
class ZygoteLink:
    """Raises MachineError where the zygote refuses, ZygoteLostError where it is gone."""

    connection: socket.socket

    def fileno(self) -> int:
        """Readable between requests only when the zygote has gone."""
        return self.connection.fileno()

    def start(
        self, jar: str, entry: JarEntry, role: Role, listener: socket.socket, shares: OpenShares
    ) -> int:
        """Make an agent that accepts on this socket; its pid comes back."""
        order = {
            "verb": "start",
            "jar": jar,
            "number": entry["number"],
            "role": role,
            "ports": entry["ports"] or [],
            "shares": shares.told,
        }
        reply, _ = self._request(order, [listener.fileno(), *shares.descriptors])
        return int(reply["pid"])

    def end(self, jar: str, role: Role | None) -> None:
        """Returns when nothing of the jar is left."""
        self._request({"verb": "end", "jar": jar, "role": role})

    def ask_wipe(self, jar: str, number: int) -> None:
        """End the jar and make it afresh; `hear_done` has the answer, which takes its time."""
        self._send({"verb": "wipe", "jar": jar, "number": number})

    def ask_hand_over(self, jar: str, number: int) -> None:
        """Give the jar what the manager made in its home; `hear_done` has the count."""
        self._send({"verb": "handover", "jar": jar, "number": number})

    def ask_settle(self, jar: str, number: int, shares: OpenShares) -> None:
        """Make shared folders usable from both sides; `hear_done` has how much was taken back."""
        self._ask_of_shares("settle", jar, number, shares)

    def ask_revoke(self, jar: str, number: int, shares: OpenShares) -> None:
        """Take back what was shared; `hear_done` has the count."""
        self._ask_of_shares("revoke", jar, number, shares)

    def _ask_of_shares(self, verb: str, jar: str, number: int, shares: OpenShares) -> None:
        order = {"verb": verb, "jar": jar, "number": number, "shares": shares.told}
        self._send(order, shares.descriptors)

    def hear_done(self) -> int:
        """The answer to what was asked; blocks until the connection is readable."""
        return int(self._receive()[0].get("count", 0))

    def list(self) -> tuple[Situation, list[Agent]]:
        reply, descriptors = self._request({"verb": "list"})
        listeners = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        agents = [
            Agent(agent["jar"], agent["role"], agent["pid"], listener)
            for agent, listener in zip(reply["agents"], listeners, strict=True)
        ]
        return Situation(reply["situation"], tuple(reply["lost"])), agents

    def leave(self) -> bool:
        """Ask it to exit; False when it still has agents."""
        try:
            self._request({"verb": "leave"})
        except MachineError as error:
            if error.code != "busy":
                raise
            return False
        return True

    def close(self) -> None:
        self.connection.close()

    def _request(
        self, message: dict[str, Any], descriptors: Sequence[int] = ()
    ) -> tuple[dict[str, Any], Sequence[int]]:
        self._send(message, descriptors)
        return self._receive()

    def _send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self.connection, [json.dumps(message).encode()], descriptors)
        except OSError as error:
            raise ZygoteLostError from error

    def _receive(self) -> tuple[dict[str, Any], Sequence[int]]:
        try:
            packet, received, _, _ = socket.recv_fds(
                self.connection, PACKET_LIMIT, MOST_DESCRIPTORS
            )
        except OSError as error:
            raise ZygoteLostError from error
        for descriptor in received:
            os.set_inheritable(descriptor, False)  # or the next zygote would hold it, too
        if not packet:
            raise ZygoteLostError
        return accepted(json.loads(packet)), received


def find_zygote(config: Config) -> ZygoteLink | None:
    """The one that runs for this state folder, if any."""
    with suppress(FileNotFoundError, ConnectionRefusedError):
        return ZygoteLink(connect_to(zygote_folder(config), ZYGOTE, socket.SOCK_SEQPACKET))
    return None


def start_zygote(config: Config) -> ZygoteLink:
    """A new one, by exec: it gets no environment and no descriptor but its socket and the log.

    A pool's is started by root's program, with what root has written down for it.
    """
    if (pool := installed_pool(config)) is not None:
        return _start_pool(pool, config)
    with listen_at(config.socket_dir, ZYGOTE, socket.SOCK_SEQPACKET) as listener:
        _spawn(config, listener.fileno())
        return ZygoteLink(connect_to(config.socket_dir, ZYGOTE, socket.SOCK_SEQPACKET))


def _start_pool(pool: Installed, config: Config) -> ZygoteLink:
    """One that was just leaving holds the lock a moment longer than its socket."""
    deadline = time.monotonic() + _POOL_SECONDS
    while time.monotonic() < deadline:
        start_program(pool)
        if (link := find_zygote(config)) is not None:
            return link
        time.sleep(_POOL_PAUSE)
    raise MachineError(
        f"the zygote of the pool {pool.at.pool} does not start",
        help=f"see {pool.at.run}/zygote.log",
    )


def _spawn(config: Config, listener: int) -> None:
    program = str(Path(genieagent.__file__).parent)
    python = str(config.python_path)
    # Every other descriptor is closed by exec: none of Python's is inheritable (PEP 446).
    os.posix_spawn(
        python,
        [python, "-I", "-S", program, str(config.facts_file)],
        {},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, listener, DESCRIPTOR),
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        ],
    )
