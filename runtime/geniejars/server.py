"""The server: one small process for each state folder, started by whichever command needs it.

It owns the sockets that jars are reached by and asks the zygote for what takes rights. One JSON
object a line goes in, one comes back. It keeps nothing that the next server would not find again.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from typing import Any, TextIO

from attrs import Factory, define, field

from geniejars.config import Config
from geniejars.configfile import config_from_json
from geniejars.errors import JarbuildError, MachineError
from geniejars.facts import written_fingerprint
from geniejars.locks import only_one
from geniejars.replies import Reply, refused
from geniejars.sockets import SERVER, listen_at
from geniejars.state import SharedFolder
from geniejars.upstream import Upstream
from geniejars.version import VERSION
from geniejars.workshop import Then, Workshop

LOCK_NAME = "server.lock"
LONGEST_LINE = 1 << 16
READING_SECONDS = 5.0
"""How long a caller may leave a reply unread before it is dropped."""


@define(eq=False)
class Caller:
    connection: socket.socket
    unread: bytes = b""


@define
class Server:
    config: Config
    clock: Callable[[], float] = time.monotonic
    selector: DefaultSelector = Factory(DefaultSelector)
    workshop: Workshop = field(init=False)
    callers: list[Caller] = Factory(list)
    idle_since: float | None = None
    leaving: bool = False

    def __attrs_post_init__(self) -> None:
        self.workshop = Workshop(self.config, self.selector, log)

    def serve(self, listener: socket.socket) -> None:
        """Until there is nothing left to do."""
        self.selector.register(listener, EVENT_READ, partial(self._accept, listener))
        while not self.leaving:
            for key, _ in self.selector.select(self._patience()):
                if self.selector.get_map().get(key.fd) is key:  # no earlier one closed it
                    key.data()
            self._leave_when_idle()

    def _patience(self) -> float | None:
        """Seconds until it may leave; None: forever."""
        limit = self._idle_limit()
        if self.idle_since is None or limit is None:
            return None
        return max(0.0, self.idle_since + limit - self.clock())

    def _idle_limit(self) -> float | None:
        if self.workshop.situation is None:
            return 0.0  # it can make no jars: the next one may, if somebody changes something
        return self.config.agent_idle_timeout or None

    def _leave_when_idle(self) -> None:
        if self.callers or self.workshop.agents():
            self.idle_since = None
        elif self.idle_since is None:
            self.idle_since = self.clock()
        if self._patience() == 0.0:
            self.leaving = self.workshop.leave()
            self.idle_since = None

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.settimeout(READING_SECONDS)
        caller = Caller(connection)
        self.callers.append(caller)
        self.selector.register(connection, EVENT_READ, partial(self._hear, caller))

    def _hear(self, caller: Caller) -> None:
        try:
            received = caller.connection.recv(LONGEST_LINE)
        except OSError:
            received = b""
        *lines, caller.unread = (caller.unread + received).split(b"\n")
        if not received or len(caller.unread) > LONGEST_LINE:
            self._drop(caller)
            return
        for line in lines:
            self._answer(caller, line)

    def _drop(self, caller: Caller) -> None:
        if caller in self.callers:
            self.callers.remove(caller)
            self.selector.unregister(caller.connection)
            caller.connection.close()

    def _answer(self, caller: Caller, line: bytes) -> None:
        try:
            request = json.loads(line)
            reply = self._serve(request["verb"], request, partial(self._reply_later, caller))
        except JarbuildError as error:
            reply = refused(error)
        except (ValueError, TypeError, KeyError) as error:
            reply = refused(MachineError(f"not a request: {error!r}"))
        if reply is not None:
            self._reply(caller, reply)

    def _reply_later(self, caller: Caller, outcome: int | MachineError) -> None:
        if isinstance(outcome, MachineError):
            self._reply(caller, refused(outcome))
        else:
            self._reply(caller, {"count": outcome})

    def _reply(self, caller: Caller, reply: Reply) -> None:
        try:
            caller.connection.sendall(json.dumps({"ok": True, **reply}).encode() + b"\n")
        except OSError:  # it has gone, or does not read
            self._drop(caller)

    def _serve(self, verb: str, request: dict[str, Any], later: Then) -> Reply | None:
        """The reply; None where `later` is called with it."""
        match verb:
            case "hello":
                return self._greeting()
            case "open":
                upstream = request["upstream"] and Upstream(**request["upstream"])
                return {"notice": self.workshop.open(request["jar"], request["role"], upstream)}
            case "end":
                self.workshop.end(request["jar"], request["role"])
            case "wipe":
                self.workshop.wipe(request["jar"], later)
                return None
            case "handover":
                self.workshop.hand_over(request["jar"], later)
                return None
            case "settle":
                self.workshop.settle(request["jar"], later)
                return None
            case "revoke":
                folder = SharedFolder(path=request["path"], writable=True)
                self.workshop.revoke(request["jar"], folder, later)
                return None
            case "list":
                situation = self.workshop.describe()
                return {"situation": situation.name, "lost": situation.lost, **self._greeting()}
            case "shutdown":
                self._shut_down()
            case _:
                raise ValueError(verb)
        return {}

    def _greeting(self) -> Reply:
        return {
            "version": VERSION,
            "fingerprint": written_fingerprint(self.config),
            "pid": os.getpid(),
            "agents": self.workshop.agents(),
        }

    def _shut_down(self) -> None:
        """End every jar, the zygote and this server."""
        for jar in {jar for jar, _role, _pid in self.workshop.agents()}:
            self.workshop.end(jar, None)
        self.leaving = self.workshop.leave()
        if not self.leaving:
            raise MachineError("a jar was started meanwhile", help="run the command again")


def log(text: str) -> None:
    """stderr is the log file."""
    stamp = datetime.now().isoformat(" ", "seconds")
    sys.stderr.write(f"{stamp} {text}\n")


def main(config_text: str, ready: int) -> None:
    """Detach from whoever started us, then serve; `ready` is told when, or why not.

    A second server of the same state folder leaves without a word: the first one answers.
    """
    os.set_inheritable(ready, False)  # else the zygote would hold it open
    if os.fork():
        os._exit(0)
    config = config_from_json(config_text)
    with os.fdopen(ready, "w") as starter, only_one(config.socket_dir / LOCK_NAME) as is_first:
        if is_first:
            _serve_as_first(config, starter)


def _serve_as_first(config: Config, starter: TextIO) -> None:
    server = Server(config)
    try:
        server.workshop.take_over()
        listener = listen_at(config.socket_dir, SERVER)
    except JarbuildError as error:
        starter.write(json.dumps(refused(error)))
        return
    starter.write(json.dumps({"ok": True}))
    starter.close()
    server.serve(listener)
    (config.socket_dir / SERVER).unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
