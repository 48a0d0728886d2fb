"""The process that makes jars: fixed verbs, no path and no program from outside.

It answers one packet after the other on a SOCK_SEQPACKET socket, to the manager only. Long work
(wiping, handing over) is done by a child that answers itself, so a start never waits for it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from genieagent import cgroups, folders, jar_folder, situation, syscalls
from genieagent.children import fork_child
from genieagent.conditions import Conditions
from genieagent.facts import BadFactsError, read_facts
from genieagent.launcher import Serve
from genieagent.nursery import Nursery
from genieagent.obstacles import Refusal
from genieagent.orders import MAX_PACKET, MOST_SHARES, OrderError, parse_order
from genieagent.verbs import Answer, Desk, Errand, JarDesk, RefusingDesk, Values

CONTROL = 3
"""The listening socket's descriptor, made by the server."""

_ORPHAN_SECONDS = 60.0
"""How long a zygote without agent and connection waits for the next server."""
_SEND_SECONDS = 5.0
_MAX_DESCRIPTORS = 1 + MOST_SHARES


def main(facts_path: str, serve: Serve) -> None:
    """Returns when it was told to leave, or nobody needs it."""
    os.set_inheritable(CONTROL, False)
    control = socket.socket(fileno=CONTROL)
    try:
        facts = read_facts(facts_path)
    except BadFactsError as error:
        refusal = Refusal("facts", str(error), "start the server again")
        Zygote(control, RefusingDesk(refusal), os.geteuid()).run()
        return
    groups = cgroups.take_over(facts)  # while this process still has its first rights
    found = situation.find(facts)
    if isinstance(found, Refusal):
        Zygote(control, RefusingDesk(found), facts.manager_uid).run()
    else:
        lost = (*found.lost, *cgroups.unbounded(facts, groups))
        _serve_jars(control, replace(found, cgroups=groups, lost=lost), serve)


def _serve_jars(control: socket.socket, conditions: Conditions, serve: Serve) -> None:
    syscalls.adopt_orphans()
    with jar_folder.open_jars(conditions.facts.jars, conditions.jars_owner) as jars:
        for name in jar_folder.left_aside(jars):
            fork_child(partial(folders.remove_folder, jars, name), keep=[jars])
        desk = JarDesk(conditions, Nursery(conditions, jars, serve))
        Zygote(control, desk, conditions.manager_uid).run()


class Zygote:
    """The loop over the control socket, its connections and children that ended."""

    def __init__(self, control: socket.socket, desk: Desk, manager_uid: int):
        self._control = control
        self._desk = desk
        self._manager_uid = manager_uid
        self._connections: set[socket.socket] = set()
        self._selector = selectors.PollSelector()
        self._leaves = False

    def run(self) -> None:
        self._watch(self._control, self._accept)
        self._watch(_children_bell(), self._reap)
        while not self._leaves:
            ready = self._selector.select(_ORPHAN_SECONDS)
            if not ready and not self._connections and not self._desk.is_busy:
                return
            for key, _ in ready:
                key.data(key.fileobj)

    def _watch(self, source: socket.socket, action: Callable[[socket.socket], None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, action)

    def _accept(self, control: socket.socket) -> None:
        connection, _ = control.accept()
        # Root's own `setup` may ask a pool's zygote to leave.
        if _peer_uid(connection) not in (self._manager_uid, os.geteuid()):
            connection.close()
            return
        connection.settimeout(_SEND_SECONDS)
        self._connections.add(connection)
        self._watch(connection, self._answer)

    def _reap(self, bell: socket.socket) -> None:
        bell.recv(MAX_PACKET)
        with suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                self._desk.forget(pid)

    def _answer(self, connection: socket.socket) -> None:
        try:
            packet, descriptors, _, _ = socket.recv_fds(connection, MAX_PACKET, _MAX_DESCRIPTORS)
        except OSError:
            self._drop(connection)
            return
        try:
            self._respond(connection, packet, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _respond(
        self, connection: socket.socket, packet: bytes, descriptors: Sequence[int]
    ) -> None:
        try:
            if packet:
                self._send(connection, self._decide(packet, descriptors))
            else:
                self._drop(connection)
        except OSError:
            self._drop(connection)

    def _decide(self, packet: bytes, descriptors: Sequence[int]) -> Answer:
        try:
            return self._desk.answer(parse_order(packet), descriptors)
        except Exception as error:
            return Answer(_refusal(error))

    def _send(self, connection: socket.socket, answer: Answer) -> None:
        errand = answer.errand
        if errand is not None:
            keep = [connection.fileno(), *errand.descriptors]
            fork_child(lambda: _reply(connection, _done(errand)), keep)
            return
        _reply(connection, answer.values, answer.descriptors)
        self._leaves = answer.leaves

    def _drop(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        self._connections.discard(connection)
        connection.close()


def _children_bell() -> socket.socket:
    """Readable when a child has ended."""
    bell, clapper = socket.socketpair()
    for end in (bell, clapper):
        end.setblocking(False)
    signal.set_wakeup_fd(clapper.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    return bell


def _peer_uid(connection: socket.socket) -> int:
    """unix(7), SO_PEERCRED, as this process's user namespace shows it."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    uid: int = struct.unpack("=iII", credentials)[1]
    return uid


def _done(errand: Errand) -> Values:
    try:
        return errand.work()
    except Exception as error:
        return _refusal(error)


def _refusal(error: Exception) -> Values:
    """Whatever went wrong, the manager hears of it and the other jars live on."""
    if isinstance(error, OrderError):
        return error.reply()
    code = "machine" if isinstance(error, OSError) else "internal"
    return OrderError(code, f"{type(error).__name__}: {error}").reply()


def _reply(connection: socket.socket, values: Values, descriptors: Sequence[int] = ()) -> None:
    packet = json.dumps({"ok": True, **values}).encode()
    socket.send_fds(connection, [packet], list(descriptors))
