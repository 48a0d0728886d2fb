"""When another gateway is started for an agent, and when none is."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from selectors import DefaultSelector

import pytest

from genieagent.children import fork_child
from geniejars.gateway_watch import MOST_SHORT_LIVES, GatewayWatch


@dataclass
class Town:
    """A watch over gateways that are only the far ends of its lines."""

    agent: int
    selector: DefaultSelector = field(default_factory=DefaultSelector)
    gateways: list[socket.socket] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        pidfd = os.pidfd_open(self.agent)
        self.watch = GatewayWatch(self.selector, self.said.append, pidfd, self.reach)

    def reach(self, is_next: bool) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.gateways.append(theirs)
        self.told.append(is_next)
        return ours

    def gateway_ends(self) -> None:
        self.gateways[-1].close()
        for key, _ in self.selector.select(0):
            key.data()

    def leave(self) -> None:
        self.watch.leave()
        self.selector.close()
        os.close(self.watch.agent)
        for gateway in self.gateways:
            gateway.close()


@pytest.fixture
def town() -> Iterator[Town]:
    pid = fork_child(signal.pause, keep=())
    town = Town(pid)
    yield town
    town.leave()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_an_agent_has_one_gateway(town: Town) -> None:
    """However often it is seen to."""
    town.watch.see_to_it()
    town.watch.see_to_it()

    assert town.told == [False]


def test_one_that_ends_is_followed_by_another(town: Town) -> None:
    """Which knows that it is not the first: the agent may be ending, too."""
    town.watch.see_to_it()
    town.gateway_ends()

    assert town.told == [False, True]
    assert town.said == ["its gateway ended, and is started again"]


def test_what_keeps_ending_waits_for_a_command(town: Town) -> None:
    """Else it would be started forever."""
    town.watch.see_to_it()
    for _ in range(MOST_SHORT_LIVES):
        town.gateway_ends()
    before = len(town.gateways)
    town.watch.see_to_it()

    assert (before, len(town.gateways)) == (MOST_SHORT_LIVES, MOST_SHORT_LIVES + 1)
    assert town.said[-1] == "its gateway keeps ending; the next command tries another one"


def test_an_agent_that_has_ended_needs_none(town: Town) -> None:
    """To ask for its gate would start another agent."""
    town.watch.see_to_it()
    os.kill(town.agent, signal.SIGKILL)
    os.waitid(os.P_PID, town.agent, os.WEXITED | os.WNOWAIT)
    town.gateway_ends()

    assert town.told == [False]


def test_one_that_cannot_be_started_is_said(town: Town) -> None:
    """And costs the server nothing else."""

    def reach(is_next: bool) -> socket.socket:
        raise BlockingIOError(11, "no more processes")

    town.watch.reach = reach
    town.watch.see_to_it()

    assert town.said == ["its gateway cannot be started: [Errno 11] no more processes"]
