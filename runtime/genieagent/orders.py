"""What the zygote may be told, and how it says no. Everything is checked before it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from genieagent.jar import Role

Verb = Literal["start", "end", "wipe", "handover", "list", "leave"]

MAX_PACKET = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAX_NUMBER = 1 << 20
_MOST_PORTS = 1000
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "start": ("jar", "number", "role", "ports"),
    "end": ("jar", "role"),
    "wipe": ("jar", "number"),
    "handover": ("jar", "number"),
    "list": (),
    "leave": (),
}


class OrderError(Exception):
    """A verb that could not be done; becomes the reply."""

    def __init__(self, code: str, message: str, help: str | None = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help

    def reply(self) -> dict[str, Any]:
        return {"ok": False, "code": self.code, "message": self.message, "help": self.help}


@dataclass(frozen=True)
class Order:
    """`role` None: both. Fields that a verb does not need keep their defaults."""

    verb: Verb
    jar: str = ""
    number: int = 0
    role: Role | None = None
    ports: Sequence[int] = ()


def parse_order(packet: bytes) -> Order:
    """Raises OrderError."""
    try:
        values = json.loads(packet)
        needed = _NEEDS[values["verb"]]
        order = Order(values["verb"], **{name: values[name] for name in needed})
    except (ValueError, KeyError, TypeError) as error:
        raise OrderError("request", f"not a request: {type(error).__name__}: {error}") from error
    _check(order, needed)
    return order


def _check(order: Order, needed: tuple[str, ...]) -> None:
    if "jar" in needed and not _is_name(order.jar):
        raise OrderError("request", f"not a jar's name: {order.jar!r}")
    if type(order.number) is not int or not 0 <= order.number < _MAX_NUMBER:
        raise OrderError("request", f"not a jar's number: {order.number!r}")
    if order.role not in ("live", "build", None) or (order.verb == "start" and order.role is None):
        raise OrderError("request", f"not a role: {order.role!r}")
    if not _are_ports(order.ports):
        raise OrderError("request", f"not ports: {order.ports!r}")


def _are_ports(ports: object) -> bool:
    return (
        isinstance(ports, list | tuple)
        and len(ports) <= _MOST_PORTS
        and all(type(port) is int and 0 < port < 1 << 16 for port in ports)
    )


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None
