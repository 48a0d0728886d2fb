"""Guarantee 8, for jars with a network of their own: "none", or "filtered" by a proxy.

Of the machine's loopback "filtered" lists 127.0.0.1 with one port, where nothing is secret, and
names with the port of a server that tells the manager's secret, which is on 127.0.0.2, too. Where a
name leads is for whoever owns it to say; "localhost" stands for one that leads to the machine.
"""

from __future__ import annotations

import os
import socket

from attack_calls import CLONE_NEWNET, libc
from attack_record import Attack, Target, harmless

LISTED_NAME = "listed.invalid"
_SECONDS = 3
_HTTP = 80
METADATA_SERVICE = "169.254.169.254"
_INTERNET = "9.9.9.9"


def allowed_hosts(secret_port: int, listed_port: int) -> list[str]:
    """The list of the jars that are attacked."""
    names = ("localhost", f"*.{LISTED_NAME}")
    return [f"127.0.0.1:{listed_port}", *(f"{name}:{secret_port}" for name in names)]


def connect_from_own_network(target: Target) -> bool:
    """Asks a server on the machine's loopback without asking the proxy."""
    return _tells_secret(target)


def _tells_secret(target: Target) -> bool:
    place = ("127.0.0.1", target.loopback_port)
    with socket.create_connection(place, timeout=_SECONDS) as asker:
        return target.is_secret(asker.recv(100).decode())


def ask_by_datagram(target: Target) -> bool:
    """Asks by UDP, as name servers are asked."""
    with socket.socket(type=socket.SOCK_DGRAM) as asker:
        asker.settimeout(_SECONDS)
        asker.connect(("127.0.0.1", target.datagram_port))  # so that it hears when nobody is there
        asker.send(b"secret?")
        return target.is_secret(asker.recv(100).decode())


def find_way_to_internet(target: Target) -> bool:
    """Has a route to the internet; nothing is sent."""
    return _has_route(_INTERNET)


def find_way_to_metadata_service(target: Target) -> bool:
    """Has a route to the address where clouds tell credentials (169.254.169.254)."""
    return _has_route(METADATA_SERVICE)


def _has_route(address: str) -> bool:
    with socket.socket(type=socket.SOCK_DGRAM) as asker:
        asker.connect((address, _HTTP))  # of a datagram socket: the kernel looks for a route
        return True


def enter_managers_network(target: Target) -> bool:
    """Joins the network that a process of the manager's is in."""
    namespace = os.open(f"/proc/{target.manager_pid}/ns/net", os.O_RDONLY)
    libc("setns", namespace, CLONE_NEWNET)
    return _tells_secret(target)


def ask_proxy_for_listed_host(target: Target) -> bool:
    """Asks the proxy for what it may have: else its refusals would prove nothing."""
    return "listed" in _asked(target, f"127.0.0.1:{target.listed_port}")


def ask_proxy_for_other_host(target: Target) -> bool:
    """Asks it for a host that is not listed."""
    return _proxy_tells(target, f"127.0.0.2:{target.loopback_port}")


def ask_proxy_for_other_port(target: Target) -> bool:
    """Asks it for a listed host, with a port that is not listed."""
    return _proxy_tells(target, f"127.0.0.1:{target.loopback_port}")


def ask_proxy_for_name_of_loopback(target: Target) -> bool:
    """Asks it for a listed name that leads to the machine itself."""
    return _proxy_tells(target, f"localhost:{target.loopback_port}")


def ask_proxy_in_absolute_form(target: Target) -> bool:
    """Asks it for a page instead of a connection."""
    place = f"127.0.0.2:{target.loopback_port}"
    return target.is_secret(_said(target, f"GET http://{place}/ HTTP/1.1", place))


def hide_host_behind_nul(target: Target) -> bool:
    """Asks for a host whose name ends, for C programs, before the part that is listed."""
    return _proxy_tells(target, f"127.0.0.2\0.{LISTED_NAME}:{target.loopback_port}")


def write_address_oddly(target: Target) -> bool:
    """Asks for an address that is not listed in each spelling that resolvers take."""
    spellings = ("127.2", "2130706434", "0x7f000002", "0177.0.0.2", "[::ffff:127.0.0.2]")
    places = (f"{spelling}:{target.loopback_port}" for spelling in spellings)
    return any(_proxy_tells(target, place) for place in places)


def pose_as_listed_user(target: Target) -> bool:
    """Writes a listed name as the user of a host that is not."""
    return _proxy_tells(target, f"a.{LISTED_NAME}@127.0.0.2:{target.loopback_port}")


def name_other_host_in_header(target: Target) -> bool:
    """Asks for a listed host, and for another one in the header."""
    line = f"CONNECT 127.0.0.1:{target.listed_port} HTTP/1.1"
    return target.is_secret(_said(target, line, f"127.0.0.2:{target.loopback_port}"))


def _proxy_tells(target: Target, place: str) -> bool:
    return target.is_secret(_asked(target, place))


def _asked(target: Target, place: str) -> str:
    return _said(target, f"CONNECT {place} HTTP/1.1", place)


def _said(target: Target, line: str, host: str) -> str:
    """All that comes back for a request with this first line."""
    with socket.create_connection(("127.0.0.1", target.proxy_port), timeout=_SECONDS) as asker:
        asker.sendall(f"{line}\r\nHost: {host}\r\n\r\n".encode("latin-1"))
        return b"".join(iter(lambda: asker.recv(4096), b"")).decode("latin-1")


_LISTED = harmless("it is on the list of what the jar may reach")

ATTACKS = (
    Attack(connect_from_own_network, 8),
    Attack(ask_by_datagram, 8),
    Attack(find_way_to_internet, 8),
    Attack(find_way_to_metadata_service, 8),
    Attack(enter_managers_network, 8, needs_root=True),
    Attack(ask_proxy_for_listed_host, 8, dict.fromkeys(("full", "single"), _LISTED)),
    Attack(ask_proxy_for_other_host, 8),
    Attack(ask_proxy_for_other_port, 8),
    Attack(ask_proxy_for_name_of_loopback, 8),
    Attack(ask_proxy_in_absolute_form, 8),
    Attack(hide_host_behind_nul, 8),
    Attack(write_address_oddly, 8),
    Attack(pose_as_listed_user, 8),
    Attack(name_other_host_in_header, 8),
)
