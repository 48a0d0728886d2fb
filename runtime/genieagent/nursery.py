"""The jars of one zygote: which agents run, and how they are started, ended and wiped."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from genieagent import cgroups, folders, handover, jar_folder, leftovers, share, shared_tree
from genieagent.blueprint import draw, exposed, make_jar
from genieagent.conditions import Conditions
from genieagent.folders import MountPointError
from genieagent.host import read_host
from genieagent.jar import Role
from genieagent.jar_folder import FolderError, Owners
from genieagent.launcher import LaunchError, Running, Serve, end, launch
from genieagent.orders import Order, OrderError
from genieagent.view import Places

_MAX_AGENTS = 250
"""`list` gives all their sockets in one packet, and the kernel takes 253 (unix(7), SCM_MAX_FD)."""


@dataclass(frozen=True)
class Agent:
    jar: str
    number: int
    role: Role
    running: Running
    listener: socket.socket


class Nursery:
    """Its process must adopt orphans. All verbs raise OrderError."""

    def __init__(self, conditions: Conditions, jars: int, serve: Serve):
        self._conditions = conditions
        self.jars = jars
        self._serve = serve
        self._agents: list[Agent] = []

    @property
    def agents(self) -> tuple[Agent, ...]:
        return tuple(self._agents)

    def start(self, order: Order, listener: socket.socket, shared: Sequence[int]) -> int:
        """The pid that ends when the agent and all it started have ended."""
        assert order.role is not None
        self._check_free(order)
        running = self._launch(order, order.role, listener, shared)
        agent = Agent(order.jar, order.number, order.role, running, listener)
        self._agents.append(agent)
        return running.pid

    def end(self, order: Order) -> None:
        """One role of a jar or both, completely; fine where nothing runs."""
        for agent in self._of(order):
            if group := self._group(agent.jar, agent.role):
                cgroups.end_group(group)
            try:
                end(agent.running)
            except TimeoutError as error:
                raise OrderError("stuck", str(error)) from error
            with suppress(ChildProcessError):
                os.waitpid(agent.running.pid, 0)
            self.forget(agent.running.pid)

    def wipe(self, order: Order) -> str | None:
        """End a jar, put its folder aside and make it afresh; what is to be removed comes back."""
        self.end(order)
        if self._knows_jars_by_id:
            leftovers.end_processes(self._owners(order.number))
            leftovers.clear(self._owners(order.number))
        aside = jar_folder.put_aside(self.jars, order.jar)
        self._make_folder(order, "live")
        return aside

    def remove(self, aside: str | None) -> None:
        if aside is None:
            return
        try:
            folders.remove_folder(self.jars, aside)
        except MountPointError as error:
            message = f"{error.filename}, where the last tenant was, is a mount point"
            raise OrderError("mounted", message, f"umount {error.filename}") from error

    def hand_over(self, order: Order) -> int:
        """How many entries of the home became the jar's."""
        try:
            return handover.hand_over(self.jars, order.jar, self._owners(order.number))
        except (FolderError, OSError) as error:
            raise OrderError("folder", str(error)) from error

    def settle(self, order: Order, shared: Sequence[int]) -> int:
        """Shared folders become usable from both sides; how many entries became the manager's."""
        return sum(
            self._treat(order, folder, partial(shared_tree.settle, writable=wanted.writable))
            for folder, wanted in zip(shared, order.shares, strict=True)
        )

    def revoke(self, order: Order, shared: Sequence[int]) -> int:
        """The jar's right to shared folders ends; how many entries became the manager's."""
        return sum(self._treat(order, folder, shared_tree.revoke) for folder in shared)

    def _treat(self, order: Order, folder: int, treat: Callable[[int, Owners], int]) -> int:
        group = share.own_group(self._conditions)
        owners = replace(self._owners(order.number), manager_gid=group)
        try:
            is_ours = share.needs_list(self._conditions, order.number, folder)
            return treat(folder, owners) if is_ours else 0
        except (FolderError, OSError) as error:
            raise OrderError("share", f"the folder cannot be shared: {error}") from error

    def forget(self, pid: int) -> None:
        """This child has ended."""
        for agent in [agent for agent in self._agents if agent.running.pid == pid]:
            agent.running.lifeline.close()
            agent.listener.close()
            self._agents.remove(agent)
            if group := self._group(agent.jar, agent.role):
                cgroups.remove_group(group)
            self._end_rest(agent)

    def _end_rest(self, ended: Agent) -> None:
        """A keeper may have been killed from outside, and leave what it kept."""
        is_last = all(agent.jar != ended.jar for agent in self._agents)
        if is_last and self._knows_jars_by_id:
            leftovers.end_processes(self._owners(ended.number))

    def _group(self, jar: str, role: Role) -> str | None:
        """The control group of a jar's role, where jars have any."""
        groups = self._conditions.cgroups
        return None if groups is None else groups.group(jar, role)

    @property
    def _knows_jars_by_id(self) -> bool:
        return self._conditions.situation == "no-namespaces"

    def _of(self, order: Order) -> Iterator[Agent]:
        roles = (order.role,) if order.role else ("live", "build")
        return (a for a in self.agents if a.jar == order.jar and a.role in roles)

    def _check_free(self, order: Order) -> None:
        if len(self._agents) >= _MAX_AGENTS:
            raise OrderError("full", f"{_MAX_AGENTS} agents run already")
        for agent in self._agents:
            if (agent.jar, agent.role) == (order.jar, order.role):
                raise OrderError("running", f"{order.jar} has a {order.role} agent already")
            if (agent.jar == order.jar) != (agent.number == order.number):
                raise OrderError("number", f"{agent.jar} runs as jar number {agent.number}")

    def _launch(
        self, order: Order, role: Role, listener: socket.socket, shared: Sequence[int]
    ) -> Running:
        places = self._make_folder(order, role)
        jar = make_jar(self._conditions, order.jar, order.number, role, tuple(order.ports))
        host = read_host(exposed(self._conditions))
        try:
            self._make_group(order.jar, role)
            with share.shown(self._conditions, order.number, order.shares, shared) as shares:
                jar = replace(jar, has_foreign_shares=share.any_foreign(self._conditions, shares))
                blueprint = draw(self._conditions, host, places, jar, order.number, shares)
                return launch(blueprint, listener, self._serve)
        except (LaunchError, OSError) as error:
            raise OrderError("launch", f"{order.jar} cannot be made: {error}") from error

    def _make_group(self, jar: str, role: Role) -> None:
        groups = self._conditions.cgroups
        if groups is not None:
            values = cgroups.bounds(self._conditions.facts, groups.controllers)
            cgroups.make_group(groups.group(jar, role), values)

    def _make_folder(self, order: Order, role: Role) -> Places:
        path, owners = self._conditions.facts.jars, self._owners(order.number)
        try:
            return jar_folder.make_jar_folder(self.jars, path, order.jar, role, owners)
        except (FolderError, OSError) as error:
            raise OrderError("folder", str(error)) from error

    def _owners(self, number: int) -> Owners:
        try:
            return Owners.of(self._conditions, number)
        except ValueError as error:
            raise OrderError("number", str(error)) from error
