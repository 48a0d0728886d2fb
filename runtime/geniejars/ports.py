"""Which ports a jar gets: never one that another jar has, nor one the machine uses already."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from itertools import islice

from geniejars.errors import MachineError
from geniejars.state import State

IsOpen = Callable[[int], bool]


def take_ports(state: State, name: str, count: int, is_open: IsOpen | None = None) -> list[int]:
    """Note the lowest `count` free ports as the jar's; raises MachineError where too few are."""
    ports = list(islice(_usable(state, is_open or is_port_open), count))
    if len(ports) < count:
        raise MachineError(
            f"only {len(ports)} of {count} ports for {name} are free",
            help="free a jar, or raise portCount in the config",
        )
    state["ports"].update({str(port): name for port in ports})
    return ports


def give_back_ports(state: State, name: str) -> None:
    state["ports"].update({port: "free" for port, at in state["ports"].items() if at == name})


def _usable(state: State, is_open: IsOpen) -> Iterator[int]:
    free = sorted(int(port) for port, name in state["ports"].items() if name == "free")
    return (port for port in free if is_open(port))


def is_port_open(port: int) -> bool:
    """True when a server could listen there: nobody on this machine does."""
    return all(_can_bind(family, port) for family in (socket.AF_INET, socket.AF_INET6))


def _can_bind(family: socket.AddressFamily, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Connections of an earlier tenant that still wind down are in nobody's way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(("", port))
    except OSError as error:
        # A machine without IPv6 cannot have the port in use there.
        return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True
