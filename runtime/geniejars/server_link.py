"""A command's line to the server of its state folder."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from types import TracebackType
from typing import IO, Any

from attrs import asdict, define, frozen

from genieagent.jar import Role
from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.replies import accepted
from geniejars.situation import Situation
from geniejars.sockets import SERVER, connect_to
from geniejars.upstream import Upstream

LONGEST_REPLY = 1 << 20


class ServerLostError(MachineError):
    """The server left or was killed; its jars live on."""

    code = "server-lost"

    def __init__(self) -> None:
        super().__init__(
            "the server ended in the middle of a request",
            help="run the command again: it starts a new one, and running apps are kept",
        )


@frozen
class RunningAgent:
    jar: str
    role: Role
    pid: int


@frozen
class Greeting:
    """Who serves: its version, and the fingerprint of the facts it was started with."""

    version: str
    fingerprint: str
    pid: int
    agents: tuple[RunningAgent, ...]


@define
class ServerLink:
    """A context manager. Every method may raise MachineError, of the server's or for its loss."""

    connection: socket.socket
    _replies: IO[bytes]

    @classmethod
    def find(cls, config: Config) -> ServerLink | None:
        """A line to the server that runs; None where none does."""
        with suppress(FileNotFoundError, ConnectionRefusedError):
            connection = connect_to(config.socket_dir, SERVER)
            return cls(connection, connection.makefile("rb"))
        return None

    def close(self) -> None:
        self._replies.close()
        self.connection.close()

    def __enter__(self) -> ServerLink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def hello(self) -> Greeting:
        return _greeting(self._request("hello"))

    def open(self, jar: str, role: Role, upstream: Upstream | None) -> str | None:
        """See to an agent of this role; what the manager should be told comes back, or None."""
        told = upstream and asdict(upstream)
        notice: str | None = self._request("open", jar=jar, role=role, upstream=told)["notice"]
        return notice

    def end(self, jar: str, role: Role | None = None) -> None:
        """End one role of a jar or both, with everything they started."""
        self._request("end", jar=jar, role=role)

    def wipe(self, jar: str) -> None:
        """End a jar and empty it."""
        self._request("wipe", jar=jar)

    def hand_over(self, jar: str) -> int:
        """What the manager made in the home becomes the jar's; how many entries that were."""
        return int(self._request("handover", jar=jar)["count"])

    def settle(self, jar: str) -> int:
        """Shared folders become usable from both sides; how many entries were taken back."""
        return int(self._request("settle", jar=jar)["count"])

    def revoke(self, jar: str, path: str) -> int:
        """The jar's right to a folder ends; how many entries were taken back."""
        return int(self._request("revoke", jar=jar, path=path)["count"])

    def situation(self) -> Situation:
        said = self._request("list")
        return Situation(said["situation"], tuple(said["lost"]))

    def shut_down(self) -> None:
        """End every jar, the zygote and the server; returns when it has gone."""
        self._request("shutdown")
        self._replies.read()

    def _request(self, verb: str, **fields: Any) -> dict[str, Any]:
        try:
            self.connection.sendall(json.dumps({"verb": verb, **fields}).encode() + b"\n")
            line = self._replies.readline(LONGEST_REPLY)
        except OSError as error:
            raise ServerLostError from error
        if not line.endswith(b"\n"):
            raise ServerLostError
        return accepted(json.loads(line))


def _greeting(said: dict[str, Any]) -> Greeting:
    agents = tuple(RunningAgent(jar, role, pid) for jar, role, pid in said["agents"])
    return Greeting(said["version"], said["fingerprint"], said["pid"], agents)
