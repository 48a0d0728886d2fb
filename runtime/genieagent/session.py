"""The process behind one connection: it answers the manager, request by request.

What concerns the whole jar (CMD, status, the end) is asked of the agent's main process, in the
same words.
"""

from __future__ import annotations

import gc
import os
import select
from contextlib import ExitStack

from genieagent import offspring, recovery, swap, syscalls
from genieagent.bell import Bell
from genieagent.custodian import Custodian
from genieagent.failures import RequestFailedError
from genieagent.layout import Layout
from genieagent.logstream import serve_log
from genieagent.program import Confine
from genieagent.run import ManagerGoneError, Runner, StuckError
from genieagent.wire import VERSION, Channel, Message, ProtocolError, Received

_WITHOUT_PLACES = {"stop", "status", "end", "gate", "log", "signal", "resize"}
_NOT_ANSWERED_AT_ONCE = {"apply", "pack"}
"""Requests of several messages: the agent may not speak, so not fail either, before their end."""


_ALLOCATIONS = 200_000
"""Between two looks of the garbage collector: a tree is many objects, all of them in use."""


class Session:
    """In a process forked for it. `main` is the conversation with the main process `agent_pid`."""

    def __init__(
        self, layout: Layout, channel: Channel, main: Channel, agent_pid: int, confine: Confine
    ):
        syscalls.adopt_orphans()
        gc.set_threshold(_ALLOCATIONS)
        self._layout = layout
        self._channel = channel
        self._main = main
        self._agent_pid = agent_pid
        self._bell = Bell()
        self._runner = Runner(layout, channel, self._bell, confine)
        self._custodian = Custodian(layout, channel, self._hear, self._open_places)
        self._locks = ExitStack()
        self._holds_home = False

    def serve(self) -> None:
        """Until the manager leaves, and what was to stay has ended."""
        try:
            self._greet()
            while True:
                self._answer(self._hear())
        except (ManagerGoneError, ProtocolError, OSError):
            self._channel.close()
        while offspring.has_children():
            select.select([self._bell], [], [])
            self._bell.listen()

    def _hear(self) -> Received:
        received = self._channel.receive_message()
        if received is None:
            raise ManagerGoneError
        return received

    def _greet(self) -> None:
        hello = self._hear().message
        if hello["version"] != VERSION:
            message = f"this agent speaks version {VERSION}, not {hello['version']}"
            self._channel.send("error", code="version", message=message)
            raise ManagerGoneError
        jar = self._layout.jar
        self._channel.send(
            "hello",
            version=VERSION,
            jar=jar.name,
            role=jar.role,
            situation=jar.situation,
            home=jar.home,
            pid=self._agent_pid,
        )

    def _answer(self, received: Received) -> None:
        descriptors = list(received.descriptors)
        try:
            self._serve(received.message, descriptors)
        except (ManagerGoneError, ProtocolError):
            raise
        except StuckError as error:
            self._refuse(error.code, error.message)
            self._main.send("end")
            raise ManagerGoneError from error
        except RequestFailedError as error:
            self._refuse(error.code, error.message)
        except OSError as error:
            self._refuse("machine", str(error))
        except Exception as error:  # our bug; whoever asked is the only one to tell
            self._refuse("internal", f"{type(error).__name__}: {error}")
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _refuse(self, code: str, message: str) -> None:
        self._channel.send("error", code=code, message=message.replace("\0", ""))

    def _serve(self, request: Message, descriptors: list[int]) -> None:
        """Whoever keeps a descriptor takes it out of the list."""
        if request["type"] not in _WITHOUT_PLACES | _NOT_ANSWERED_AT_ONCE:
            self._open_places()
        match request["type"]:
            case "signal" | "resize":
                pass  # too late for the command that it was for
            case "run":
                self._run(request, descriptors)
            case "start" | "stop" | "status" | "gate":
                self._relay(request)
            case "end":
                self._end_jar()
            case "log":
                serve_log(self._layout, self._channel, request)
            case "scan":
                self._custodian.scan(request)
            case "objects":
                self._custodian.objects(request)
            case "drift":
                self._custodian.drift(request)
            case "apply":
                self._custodian.apply(request)
            case "pack":
                self._custodian.pack(request, descriptors[0])
            case "read":
                self._custodian.read(request)
            case "normalize":
                self._custodian.normalize(request)
            case "backup":
                self._custodian.backup(descriptors[0])
            case "restore":
                self._custodian.restore(descriptors[0])

    def _open_places(self) -> None:
        recovery.recover(self._layout)
        needs_home = self._layout.jar.role == "live" and not self._layout.has_namespaces
        if needs_home and not self._holds_home:
            self._locks.enter_context(swap.home_as_home(self._layout))
            self._holds_home = True

    def _run(self, request: Message, descriptors: list[int]) -> None:
        if offspring.has_children():
            raise RequestFailedError("busy", "this connection has a detached command: open another")
        if request["stdin"] and not descriptors:
            raise RequestFailedError("request", "the input was not handed over")
        if request["detach"]:
            self._runner.run_detached(request)
        else:
            is_piped = request["stdin"] and request["tty"] is None
            self._runner.run(request, descriptors.pop() if is_piped else None)

    def _relay(self, request: Message) -> None:
        self._main.send(**request)
        poll = select.poll()
        poll.register(self._main, select.POLLIN)
        poll.register(self._channel, select.POLLIN)
        while self._main.connection.state != "ready":
            ready = dict(poll.poll())
            if self._channel.fileno() in ready and not self._channel.receive_some():
                raise ManagerGoneError
            if self._main.fileno() in ready:
                self._pass_on()

    def _pass_on(self) -> None:
        if not self._main.receive_some():
            raise ManagerGoneError
        while isinstance(event := self._main.pending(), Received):
            try:
                self._channel.send(descriptors=event.descriptors, **event.message)
            finally:
                for descriptor in event.descriptors:
                    os.close(descriptor)

    def _end_jar(self) -> None:
        """Our own end is what the main process waits for before it ends everything."""
        self._relay({"type": "end"})
        raise ManagerGoneError
