"""What the zygote answers to each order."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from genieagent.conditions import Conditions
from genieagent.nursery import Nursery
from genieagent.obstacles import Refusal
from genieagent.orders import Order, OrderError

Values = dict[str, Any]


@dataclass(frozen=True)
class Errand:
    """Long work for a child, with the descriptors it needs; the reply is what it returns."""

    work: Callable[[], Values]
    descriptors: Sequence[int]


@dataclass(frozen=True)
class Answer:
    """After an answer that `leaves` the zygote exits."""

    values: Values
    descriptors: Sequence[int] = ()
    errand: Errand | None = None
    leaves: bool = False


class Desk(Protocol):
    """Whoever answers; raises OrderError. It closes no descriptor that it is given."""

    def answer(self, order: Order, descriptors: Sequence[int]) -> Answer: ...

    def forget(self, pid: int) -> None: ...

    @property
    def is_busy(self) -> bool: ...


class JarDesk:
    """Where jars can be made."""

    def __init__(self, conditions: Conditions, nursery: Nursery):
        self._conditions = conditions
        self._nursery = nursery

    @property
    def is_busy(self) -> bool:
        return bool(self._nursery.agents)

    def forget(self, pid: int) -> None:
        self._nursery.forget(pid)

    def answer(self, order: Order, descriptors: Sequence[int]) -> Answer:
        match order.verb:
            case "start":
                _check_folders(order, descriptors[1:])
                listener, folders = _listener(descriptors), descriptors[1:]
                return Answer({"pid": self._nursery.start(order, listener, folders)})
            case "end":
                self._nursery.end(order)
                return Answer({})
            case "wipe":
                return self._wipe(order)
            case "handover":
                return self._errand(lambda: {"count": self._nursery.hand_over(order)})
            case "settle" | "revoke":
                return self._share(order, descriptors)
            case "list":
                return self._list()
        return self._leave()

    def _wipe(self, order: Order) -> Answer:
        aside = self._nursery.wipe(order)

        def remove() -> Values:
            self._nursery.remove(aside)
            return {}

        return self._errand(remove)

    def _share(self, order: Order, folders: Sequence[int]) -> Answer:
        _check_folders(order, folders)
        treat = self._nursery.settle if order.verb == "settle" else self._nursery.revoke
        return Answer({}, errand=Errand(lambda: {"count": treat(order, folders)}, folders))

    def _errand(self, work: Callable[[], Values]) -> Answer:
        return Answer({}, errand=Errand(work, [self._nursery.jars]))

    def _list(self) -> Answer:
        agents, found = self._nursery.agents, self._conditions
        values = {
            "situation": found.situation,
            "lost": found.lost,
            "ways": found.ways,
            "agents": [{"jar": a.jar, "role": a.role, "pid": a.running.pid} for a in agents],
        }
        return Answer(values, [agent.listener.fileno() for agent in agents])

    def _leave(self) -> Answer:
        if self.is_busy:
            raise OrderError("busy", f"{len(self._nursery.agents)} agents still run")
        return Answer({}, leaves=True)


def _listener(descriptors: Sequence[int]) -> socket.socket:
    try:
        descriptor = descriptors[0]
        listener = socket.socket(fileno=os.dup(descriptor))
    except (IndexError, OSError) as error:
        raise OrderError("request", "start needs one listening socket") from error
    return listener


def _check_folders(order: Order, folders: Sequence[int]) -> None:
    """One for each share, and opened by somebody who may read it."""
    if len(folders) != len(order.shares) or not all(map(_is_open_folder, folders)):
        raise OrderError("request", "each share needs one open folder")


def _is_open_folder(descriptor: int) -> bool:
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    return stat.S_ISDIR(os.fstat(descriptor).st_mode) and not flags & os.O_PATH


class RefusingDesk:
    """Where jars cannot be made: every order but `leave` is answered by the reason."""

    def __init__(self, refusal: Refusal):
        self._refusal = refusal

    is_busy = False

    def forget(self, pid: int) -> None:
        pass

    def answer(self, order: Order, descriptors: Sequence[int]) -> Answer:
        if order.verb == "leave":
            return Answer({}, leaves=True)
        raise OrderError(**asdict(self._refusal))
