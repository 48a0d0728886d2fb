"""What the zygote may be told, and how it says no. Everything is checked before it is used."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from genieagent.host import SYSTEM_FOLDERS
from genieagent.jar import Role
from genieagent.view import RESERVED, is_below

Verb = Literal["start", "end", "wipe", "handover", "settle", "revoke", "list", "leave"]

MAX_PACKET = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAX_NUMBER = 1 << 20
_MOST_PORTS = 1000
MOST_SHARES = 16
"""Of one jar."""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "start": ("jar", "number", "role", "ports", "shares"),
    "end": ("jar", "role"),
    "wipe": ("jar", "number"),
    "handover": ("jar", "number"),
    "settle": ("jar", "number", "shares"),
    "revoke": ("jar", "number", "shares"),
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
class Share:
    """A folder of the manager's, of which a descriptor comes along: where it appears in the jar,
    and no more than that."""

    target: str
    writable: bool


@dataclass(frozen=True)
class Order:
    """`role` None: both. Fields that a verb does not need keep their defaults."""

    verb: Verb
    jar: str = ""
    number: int = 0
    role: Role | None = None
    ports: Sequence[int] = ()
    shares: tuple[Share, ...] = ()


def parse_order(packet: bytes) -> Order:
    """Raises OrderError."""
    try:
        values = json.loads(packet)
        needed = _NEEDS[values["verb"]]
        given = {name: values[name] for name in needed}
        if "shares" in given:
            given["shares"] = tuple(Share(**share) for share in given["shares"])
        order = Order(values["verb"], **given)
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
    if len(order.shares) > MOST_SHARES or not all(map(_is_share, order.shares)):
        raise OrderError("request", f"not shares: {order.shares!r}")


def _are_ports(ports: object) -> bool:
    return (
        isinstance(ports, list | tuple)
        and len(ports) <= _MOST_PORTS
        and all(type(port) is int and 0 < port < 1 << 16 for port in ports)
    )


def _is_share(share: Share) -> bool:
    return type(share.writable) is bool and may_appear(share.target)


def may_appear(target: object) -> bool:
    """Whether something of the manager's may be shown there: a plain absolute path that covers
    nothing of the jar's or the system's."""
    return (
        isinstance(target, str)
        and target.startswith("/")
        and "\0" not in target
        and os.path.normpath(target) == target
        and not any(is_below(path, target) for path in (*RESERVED, *SYSTEM_FOLDERS))
        and not any(is_below(target, path) for path in (*RESERVED, *SYSTEM_FOLDERS))
    )


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None
