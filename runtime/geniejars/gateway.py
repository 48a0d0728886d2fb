"""The way between a jar with a network of its own and the machine's: a process of the manager's.

One for each agent, started with it and gone with it. It outlives the server, which finds it at a
socket and starts another when it ends, and knows nothing but its jar. The jar's programs find their
proxy at a socket that the agent made in the jar's network and handed out (network "filtered"); the
jar's ports are open on the manager's loopback, and a connection there is carried to whoever listens
in the jar.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial

from attrs import frozen

from genieagent.children import fork_child
from genieagent.jar import Role
from geniejars.allowlist import parse_allowlist
from geniejars.audit import AuditLog
from geniejars.config import Config
from geniejars.connect_proxy import ConnectProxy
from geniejars.conversation import AgentError, AgentLostError, greet
from geniejars.errors import JarbuildError
from geniejars.jar_ports import JarPorts, as_tcp
from geniejars.sockets import agent_socket, connect_to, gateway_socket, listen_at
from geniejars.streams import join_streams
from geniejars.upstream import Upstream

MOST_CONNECTIONS = 256
"""At once, of one jar; more wait in the kernel's queue."""

BIND_SECONDS = 2.0
"""How long a port may still be held by the gateway of the jar's last agent."""

RETRY_SECONDS = 0.02
ROOM_SECONDS = 1.0

ENDING_SECONDS = 0.5
"""How long an agent may take to end after its gateway, which has lost its line to it."""

_LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))

Serve = Callable[[socket.socket], None]


@frozen
class Charge:
    """Whom a gateway serves: the agent by its pidfd, `ports` to be published, and the manager's
    own proxy."""

    config: Config
    jar: str
    role: Role
    agent: int
    ports: tuple[int, ...] = ()
    upstream: Upstream | None = None


def reach_gateway(charge: Charge, is_next: bool) -> socket.socket:
    """A line that ends with the agent's gateway: the one that runs, or a new one, detached.

    `is_next`: one has just ended, perhaps because its agent ends.
    """
    folder, name = charge.config.socket_dir, gateway_socket(charge.jar, charge.role)
    with suppress(FileNotFoundError, ConnectionRefusedError):
        return connect_to(folder, name)
    with listen_at(folder, name) as lines:
        work = partial(_be_gateway, charge, lines, is_next)
        keep = (lines.fileno(), charge.agent)
        # Twice, so that nobody has to wait for it.
        os.waitpid(fork_child(lambda: _detach(work, keep), keep), 0)
        return connect_to(folder, name)


def _detach(work: Callable[[], None], keep: tuple[int, ...]) -> None:
    os.setsid()
    fork_child(work, keep)


def _be_gateway(charge: Charge, lines: socket.socket, is_next: bool) -> None:
    log = os.open(charge.config.server_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, sys.stderr.fileno())
    if is_next and _ends(charge.agent):
        return  # to ask for it would start another agent
    try:
        agent, proxies = _open_gate(charge.config, charge.jar, charge.role)
    except (AgentError, AgentLostError, OSError):
        return  # the jar has ended
    audit = AuditLog(charge.config, charge.jar, charge.role)
    proxy = ConnectProxy(parse_allowlist(charge.config.allow_hosts), audit, charge.upstream)
    into = JarPorts(agent)
    doors: list[tuple[socket.socket, Serve]] = [(lines, _accompany)]
    doors += [(listener, proxy.serve) for listener in proxies]
    for port in charge.ports:
        listeners = _published(charge.jar, port)
        doors += [(listener, partial(_carry, into, port)) for listener in listeners]
    _serve(agent, doors)


def _ends(agent: int) -> bool:
    return bool(select.select([agent], [], [], ENDING_SECONDS)[0])


def _accompany(server: socket.socket) -> None:
    server.recv(1)  # until it has ended: our own end is what it waits for


def _open_gate(
    config: Config, jar: str, role: Role
) -> tuple[socket.socket, tuple[socket.socket, ...]]:
    """The line to the agent's gate, and the jar's end of its proxy where it has one."""
    conversation, _ = greet(connect_to(config.socket_dir, agent_socket(jar, role)), jar)
    with closing(conversation):
        conversation.ask("gate")
        line, *proxy = conversation.hear().descriptors
    return socket.socket(fileno=line), tuple(as_tcp([descriptor]) for descriptor in proxy)


def _published(jar: str, port: int) -> Iterator[socket.socket]:
    """Listening on the manager's loopback; what cannot be had is said in the server's log."""
    for family, address in _LOOPBACKS:
        try:
            yield _bound(family, address, port)
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):  # no IPv6 here
                sys.stderr.write(f"{jar}: port {port} is not published: {error.strerror}\n")


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    deadline = time.monotonic() + BIND_SECONDS
    while True:
        try:
            return socket.create_server((address, port), family=family)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
        time.sleep(RETRY_SECONDS)


def _serve(agent: socket.socket, doors: list[tuple[socket.socket, Serve]]) -> None:
    """Until the agent has ended."""
    actions = {listener.fileno(): (listener, serve) for listener, serve in doors}
    room = threading.BoundedSemaphore(MOST_CONNECTIONS)
    waiting = select.poll()
    waiting.register(agent, select.POLLHUP)
    for number in actions:
        waiting.register(number, select.POLLIN)
    while True:
        for number, _ in waiting.poll():
            if number == agent.fileno():
                os._exit(0)  # whatever is still carried leads nowhere
            _begin(*actions[number], room)


def _begin(listener: socket.socket, serve: Serve, room: threading.BoundedSemaphore) -> None:
    if not room.acquire(timeout=ROOM_SECONDS):
        return  # it waits on; the jar's end is not to be missed meanwhile
    try:
        connection, _ = listener.accept()
        threading.Thread(target=_attend, args=(connection, serve, room), daemon=True).start()
    except (OSError, RuntimeError):  # gone again, or no more threads
        room.release()


def _attend(connection: socket.socket, serve: Serve, room: threading.BoundedSemaphore) -> None:
    try:
        # Broken connections are not logged: a jar could fill the disk with them.
        with suppress(OSError, JarbuildError):
            serve(connection)
    finally:
        connection.close()
        room.release()


def _carry(into: JarPorts, port: int, connection: socket.socket) -> None:
    with suppress(OSError), closing(into.connect(port)) as inside:  # or nobody listens there
        join_streams(connection, inside)
