"""The sockets jars are reached by, and which of them have an agent.

A post is *vacant* (nobody accepts on its socket; a connection there starts an agent, as inetd
and systemd do it) or *held* (an agent accepts; its end shows on a pidfd).

    state     event                   next
    --        open                    held
    vacant    open, connection        held
    held      agent ended             vacant
    any       end, zygote lost        --
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ, BaseSelector

from attrs import Factory, define

from genieagent.jar import Role
from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.gateway import Charge, reach_gateway
from geniejars.gateway_watch import GatewayWatch
from geniejars.open_shares import opened
from geniejars.sockets import agent_socket, gateway_socket, listen_at
from geniejars.state import JarEntry, read_state
from geniejars.upstream import Upstream
from geniejars.zygote_link import Agent, ZygoteLink, ZygoteLostError

SHORT_LIFE = 1.0
"""Seconds. Agents that end sooner, MOST_SHORT_LIVES in a row, do no good to whoever is queued."""

MOST_SHORT_LIVES = 3

Log = Callable[[str], None]


@define(eq=False)
class Post:
    jar: str
    role: Role
    listener: socket.socket
    pid: int = 0
    pidfd: int | None = None
    gateway: GatewayWatch | None = None
    upstream: Upstream | None = None
    since: float = 0.0
    short_lives: int = 0


@define
class Posts:
    """The posts of one zygote. The selector's data are what to call."""

    config: Config
    selector: BaseSelector
    zygote: ZygoteLink
    log: Log
    _posts: dict[tuple[str, Role], Post] = Factory(dict)

    def held(self) -> list[Post]:
        return [post for post in self._posts.values() if post.pidfd is not None]

    def open(self, jar: str, role: Role, upstream: Upstream | None) -> None:
        """See to it that an agent accepts at `agent_socket(jar, role)`; raises MachineError.

        `upstream` is for the gateways that start from now on.
        """
        post = self._posts.get((jar, role)) or self._create(jar, role)
        post.upstream = upstream
        if post.pidfd is None:
            self._fill(post)
        elif post.gateway is not None:
            post.gateway.see_to_it()

    def adopt(self, agent: Agent) -> None:
        """Take over an agent that an earlier server had started."""
        post = self._post(agent.jar, agent.role, agent.listener)
        self._watch_agent(post, agent.pid)

    def discard(self, jar: str, role: Role | None = None) -> None:
        """Forget a jar's posts of this role, or of both; nobody can connect there any more."""
        for key in [k for k in self._posts if k[0] == jar and role in (None, k[1])]:
            self._close(self._posts.pop(key))

    def discard_all(self) -> None:
        for jar, _role in list(self._posts):
            self.discard(jar)

    def _create(self, jar: str, role: Role) -> Post:
        return self._post(jar, role, listen_at(self.config.socket_dir, agent_socket(jar, role)))

    def _post(self, jar: str, role: Role, listener: socket.socket) -> Post:
        post = Post(jar, role, listener)
        self._posts[jar, role] = post
        self._watch_call(post)
        return post

    def _fill(self, post: Post) -> None:
        entry = self._entry_of(post)
        # A build's tree has nothing of the manager's other folders in it.
        with opened(entry["shares"] if post.role == "live" else ()) as shares:
            pid = self.zygote.start(post.jar, entry, post.role, post.listener, shares)
        self.log(f"{post.jar} {post.role}: agent {pid} started")
        self._watch_agent(post, pid)

    def _watch_call(self, post: Post) -> None:
        self.selector.register(post.listener, EVENT_READ, partial(self._called, post))

    def _watch_agent(self, post: Post, pid: int) -> None:
        try:
            post.pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            return  # gone already: the post stays vacant
        post.pid, post.since = pid, time.monotonic()
        self.selector.unregister(post.listener)
        self.selector.register(post.pidfd, EVENT_READ, partial(self._ended, post))
        if self.config.network != "host":
            self._watch_gateway(post, post.pidfd)

    def _watch_gateway(self, post: Post, agent: int) -> None:
        ports = tuple(self._entry_of(post)["ports"] or ()) if post.role == "live" else ()

        def reach(is_next: bool) -> socket.socket:
            charge = Charge(self.config, post.jar, post.role, agent, ports, post.upstream)
            return reach_gateway(charge, is_next)

        def log(text: str) -> None:
            self.log(f"{post.jar} {post.role}: {text}")

        post.gateway = GatewayWatch(self.selector, log, agent, reach)
        post.gateway.see_to_it()

    def _entry_of(self, post: Post) -> JarEntry:
        return read_state(self.config)["pool"][post.jar]

    def _called(self, post: Post) -> None:
        try:
            self._fill(post)
        except MachineError as error:
            self.log(f"{post.jar} {post.role}: {error}")
            _hang_up(post.listener)

    def _ended(self, post: Post) -> None:
        try:
            # The zygote may not have noticed yet, and there may be children left.
            self.zygote.end(post.jar, post.role)
        except ZygoteLostError:
            return  # which the server is about to hear of by itself
        except MachineError as error:
            self.log(f"{post.jar} {post.role}: {error}")
        self.log(f"{post.jar} {post.role}: agent {post.pid} ended")
        self._vacate(post)

    def _vacate(self, post: Post) -> None:
        self._release(post)
        is_short = time.monotonic() - post.since < SHORT_LIFE
        post.short_lives = post.short_lives + 1 if is_short else 0
        if post.short_lives >= MOST_SHORT_LIVES:
            _hang_up(post.listener)
        self._watch_call(post)

    def _release(self, post: Post) -> None:
        assert post.pidfd is not None
        if post.gateway is not None:
            post.gateway.leave()
            post.gateway = None
            # The next agent is not to find the one that is just ending.
            name = gateway_socket(post.jar, post.role)
            (self.config.socket_dir / name).unlink(missing_ok=True)
        self.selector.unregister(post.pidfd)
        os.close(post.pidfd)
        post.pidfd = None

    def _close(self, post: Post) -> None:
        if post.pidfd is None:
            self.selector.unregister(post.listener)
        else:
            self._release(post)
        post.listener.close()
        (self.config.socket_dir / agent_socket(post.jar, post.role)).unlink(missing_ok=True)


def _hang_up(listener: socket.socket) -> None:
    """End every connection that waits, so that its owner hears of it."""
    # Never by a non-blocking accept: that flag would be the agent's too.
    while select.select([listener], [], [], 0)[0]:
        listener.accept()[0].close()
