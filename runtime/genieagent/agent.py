"""A jar's agent: the process that accepts the manager's connections and owns what outlives them.

It is the init of its pid namespace where there is one. Each connection is served by a process of
its own, so long work never keeps anybody else waiting.
"""

from __future__ import annotations

import os
import selectors
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from genieagent import offspring, recovery, syscalls
from genieagent.app import App, tell
from genieagent.bell import Bell
from genieagent.children import fork_child
from genieagent.confine import enter_workload
from genieagent.failures import RequestFailedError
from genieagent.gate import Gate
from genieagent.isolation import Isolation
from genieagent.jar import Jar
from genieagent.layout import Layout
from genieagent.program import Confine
from genieagent.session import Session
from genieagent.wire import Channel, Connection, ProtocolError, Received

_END_SECONDS = 5.0
_LAST_WORDS_SECONDS = 1.0
"""How long whoever asked for the end may take to tell the manager."""


def serve(jar: Jar, listener: socket.socket, workload: Isolation) -> None:
    """Until nobody has needed the jar for its idle time, or it is told to end.

    Nothing of the jar is left then, where this process is an init or adopts orphans.
    """
    Agent(Layout(jar), listener, lambda: enter_workload(workload)).run()


class Agent:
    """The main process. Each session is a child; the two talk as manager and agent do."""

    def __init__(self, layout: Layout, listener: socket.socket, confine: Confine):
        self._layout = layout
        self._listener = listener
        self._confine = confine
        self._pid = os.getpid()
        self._bell = Bell()
        self._app = App(layout, confine)
        self._gate = Gate(layout.jar.network)
        self._sessions: dict[int, Channel] = {}
        self._selector = selectors.PollSelector()
        self._idle_since = time.monotonic()
        self._ends_after: int | None = None  # the session that asked for the end
        self._ends_at: float | None = None

    def run(self) -> None:
        syscalls.adopt_orphans()
        recovery.clear_leftovers(self._layout)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._bell, selectors.EVENT_READ, self._listen)
        while not self._is_over():
            for key, _ in self._selector.select(self._patience()):
                key.data(key.fileobj)
            self._app.act_if_due()
        self._listener.close()
        offspring.end_all_below(_END_SECONDS)
        self._app.abandon()

    def _is_over(self) -> bool:
        if self._ends_at is not None:
            return self._ends_after not in self._sessions or time.monotonic() >= self._ends_at
        if self._sessions or not self._app.is_down:
            self._idle_since = time.monotonic()
            return False
        idle_timeout = self._layout.jar.idle_timeout
        return 0 < idle_timeout <= time.monotonic() - self._idle_since

    def _patience(self) -> float | None:
        """Seconds until something is due by itself."""
        now = time.monotonic()
        due = [self._app.seconds_to_act()]
        if self._ends_at is not None:
            due.append(max(0.0, self._ends_at - now))
        elif not self._sessions and self._app.is_down and self._layout.jar.idle_timeout:
            due.append(max(0.0, self._idle_since + self._layout.jar.idle_timeout - now))
        return min((seconds for seconds in due if seconds is not None), default=None)

    def _accept(self, _: Any) -> None:
        with suppress(OSError):
            connection, _ = self._listener.accept()
            with connection:
                if _is_managers(connection, self._layout.jar.ids.manager_uid):
                    self._begin_session(connection)

    def _begin_session(self, connection: socket.socket) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            pid = fork_child(
                lambda: self._be_session(connection, theirs),
                keep=(connection.fileno(), theirs.fileno()),
            )
        main = Channel(ours, Connection("agent", "ready"))
        self._sessions[pid] = main
        self._selector.register(main, selectors.EVENT_READ, self._hear)

    def _be_session(self, connection: socket.socket, main: socket.socket) -> None:
        manager = Channel(connection, Connection("agent"))
        to_main = Channel(main, Connection("manager", "ready"))
        Session(self._layout, manager, to_main, self._pid, self._confine).serve()

    def _listen(self, _: Any) -> None:
        self._bell.listen()
        for pid, code in self._bell.ended.items():
            if pid in self._sessions:
                self._hear(self._sessions[pid])  # its last words may still be on the way
                self._hang_up(self._sessions.pop(pid))
            else:
                self._app.note_end(pid, code)
        self._bell.ended.clear()

    def _hear(self, channel: Channel) -> None:
        if channel.fileno() < 0:
            return  # hung up
        try:
            if not channel.receive_some():
                self._hang_up(channel)
            while isinstance(event := channel.pending(), Received):
                self._answer(channel, event)
        except (OSError, ProtocolError):
            self._hang_up(channel)

    def _hang_up(self, channel: Channel) -> None:
        """Its process may go on: it waits for a detached command."""
        self._app.forget(channel)
        with suppress(KeyError, ValueError):  # hung up already
            self._selector.unregister(channel)
        channel.close()

    def _answer(self, channel: Channel, received: Received) -> None:
        request = received.message
        try:
            match request["type"]:
                case "start":
                    self._app.start(request, channel)
                case "stop":
                    self._app.stop(request, channel)
                case "status":
                    channel.send("status", **self._status())
                case "gate":
                    self._open_gate(channel)
                case "end":
                    self._end(channel)
        except RequestFailedError as error:
            tell(channel, "error", code=error.code, message=error.message)

    def _open_gate(self, asker: Channel) -> None:
        """Raises RequestFailedError."""
        line, given = self._gate.open()
        self._selector.register(line, selectors.EVENT_READ, self._answer_caller)
        tell(asker, "gated", given)
        os.close(given[0])

    def _answer_caller(self, caller: Any) -> None:
        if not self._gate.answer():
            self._selector.unregister(caller)
            caller.close()

    def _end(self, asker: Channel) -> None:
        tell(asker, "done")
        self._ends_at = time.monotonic() + _LAST_WORDS_SECONDS
        self._ends_after = next((pid for pid, ch in self._sessions.items() if ch is asker), None)

    def _status(self) -> dict[str, Any]:
        ours = self._sessions.keys() | self._app.processes
        living = [p for p in offspring.descendants(self._pid) if not p.is_dead]
        sessions = [
            {"pid": p.pid, "argv": offspring.command_line(p.pid), "tty": p.has_terminal}
            for p in living
            if p.parent in self._sessions
        ]
        return {
            **self._app.status(),
            "sessions": sessions,
            "processes": sum(p.pid not in ours for p in living),
        }


def _is_managers(connection: socket.socket, manager: int) -> bool:
    """unix(7), SO_PEERCRED. An id that has no place in our namespace is shown as the overflow id,
    which is nobody's."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    uid = struct.unpack("=iII", credentials)[1]
    return bool(uid == manager and uid != _overflow_id())


def _overflow_id() -> int:
    return int(Path("/proc/sys/kernel/overflowuid").read_text())
