"""Where every command comes in: the server is found, started, or replaced by one that fits."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from genieagent.jar import Role
from geniejars.client import AgentSession
from geniejars.config import Config
from geniejars.conversation import AgentLostError
from geniejars.errors import MachineError
from geniejars.facts import fingerprint, is_same_but_for_code
from geniejars.folders import check_owner, make_state_folders
from geniejars.launch import start_server
from geniejars.locks import locked
from geniejars.pool.installed import zygote_folder
from geniejars.server_link import Greeting, RunningAgent, ServerLink, ServerLostError
from geniejars.sockets import ZYGOTE, agent_socket, connect_to
from geniejars.upstream import upstream_of
from geniejars.version import VERSION

START_SECONDS = 10.0
"""How long a command waits for a server: one that starts takes about 0.2 s."""

RETRY_SECONDS = 0.02

T = TypeVar("T")


def reach_server(config: Config) -> ServerLink:
    """A line to a server that serves this config; raises MachineError."""
    make_state_folders(config)
    if (link := _fitting_server(config)) is not None:
        return link
    # The first command starts it; those that wait here find it running.
    with locked(config.socket_dir / "start.lock"):
        return _start_server(config)


def connect(config: Config, name: str, role: Role) -> AgentSession:
    """Talk to a jar's agent, which is started where none runs; raises MachineError."""
    try:
        return _connect_once(config, name, role)
    except AgentLostError:  # it was just ending, and the server had not heard of it yet
        return _connect_once(config, name, role)


def _connect_once(config: Config, name: str, role: Role) -> AgentSession:
    with reach_server(config) as server:
        notice = server.open(name, role, upstream_of(config))
        return open_session(config, name, role, notice)


def ask_if_running(config: Config, ask: Callable[[ServerLink], T], otherwise: T) -> T:
    """What a server of whatever version and config answers, where jars may run; none is started
    for the question."""
    while (server := _running_server(config)) is not None:
        with server, suppress(ServerLostError):  # it was just leaving, or killed
            return ask(server)
    return otherwise


def _running_server(config: Config) -> ServerLink | None:
    if not config.socket_dir.exists():
        return None
    check_owner(config.socket_dir)
    if (link := ServerLink.find(config)) is None and _is_zygote_left(config):
        start_server(config)
        link = ServerLink.find(config)
    return link


def open_session(config: Config, name: str, role: Role, notice: str | None = None) -> AgentSession:
    """Talk to an agent that runs; raises MachineError where it does not any more."""
    try:
        connection = connect_to(config.socket_dir, agent_socket(name, role))
    except OSError as error:
        raise AgentLostError(name) from error
    return AgentSession.open(connection, name, notice)


def _is_zygote_left(config: Config) -> bool:
    """A zygote keeps its jars when its server is killed."""
    try:
        connect_to(zygote_folder(config), ZYGOTE, socket.SOCK_SEQPACKET).close()
    except OSError:
        return False
    return True


def _start_server(config: Config) -> ServerLink:
    deadline = time.monotonic() + START_SECONDS
    while (link := _fitting_server(config)) is None:
        if time.monotonic() > deadline:
            raise MachineError("the server does not start", help=f"see {config.server_log}")
        if not start_server(config):
            time.sleep(RETRY_SECONDS)  # another one holds the lock: it starts, or leaves
    return link


def _fitting_server(config: Config) -> ServerLink | None:
    """The server that runs and serves this config; one that does not is sent away."""
    link = ServerLink.find(config)
    if link is None:
        return None
    try:
        if _fits(config, link.hello()):
            return link
        link.shut_down()
    except ServerLostError:  # it was just leaving
        pass
    except BaseException:
        link.close()
        raise
    link.close()
    return None


def _fits(config: Config, greeting: Greeting) -> bool:
    """False for a server to be sent away: of another version or config. Raises MachineError while
    jars need that one. Whoever works on our code keeps the server until then."""
    ours = fingerprint(config)
    if greeting.fingerprint == ours:
        return True
    busy = [agent.jar for agent in greeting.agents if _is_busy(config, agent)]
    if not busy or is_same_but_for_code(greeting.fingerprint, ours):
        return bool(busy)
    error = MachineError(
        f"{', '.join(sorted(busy))} still runs under {_other(greeting)}",
        help="geniejars sys down ends it, and the next command starts anew",
    )
    error.code = "outdated-server"
    raise error


def _other(greeting: Greeting) -> str:
    if greeting.version != VERSION:
        return f"jarbuild {greeting.version}, and this is {VERSION}"
    return "another configuration (isolation, network, expose, commonDir…)"


def _is_busy(config: Config, agent: RunningAgent) -> bool:
    """Whether something runs in the jar; an agent that does not answer is of no use to anyone."""
    try:
        with open_session(config, agent.jar, agent.role) as session:
            status = session.status()
    except MachineError:
        return False
    return status.is_up or bool(status.sessions)
