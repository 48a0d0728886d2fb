"""Which hosts jars may reach, decided from names and addresses alone. No sockets here.

An entry of `allowHosts` is a name (`pypi.org`), all names below one (`*.npmjs.org`), an address or
a network (`10.1.0.0/16`), each with `:PORT` where that is not 443. A name that leads into a
private network is refused unless that network is listed, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from attrs import frozen

HTTPS = 443

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_NAME = 253
# RFC 6890 and the URL standard: what a resolver may take for a number is no name.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(:(?P<port>.*))?")

# Where the manager's own machine and its neighbours are. The documentation networks are not among
# them: some sites route those.
_CLOSE = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "2001::/32", "fc00::/7", "fe80::/9", "ff00::/8",
        ),
    )
)  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")


class BadHostError(ValueError):
    """A host that is written in no accepted way; the text says why."""


@frozen
class Target:
    """A host in its one spelling: a lower-case name without a last dot, or an address."""

    host: str | Address
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if isinstance(self.host, IPv6Address) else str(self.host)
        return f"{host}:{self.port}"


@frozen
class NameRule:
    """`below`: the names below it, not the name itself."""

    name: str
    below: bool
    port: int

    def covers(self, target: Target) -> bool:
        if not isinstance(target.host, str) or target.port != self.port:
            return False
        return target.host.endswith(f".{self.name}") if self.below else target.host == self.name


@frozen
class NetworkRule:
    network: Network
    port: int

    def covers(self, target: Target) -> bool:
        is_address = not isinstance(target.host, str)
        return is_address and target.port == self.port and target.host in self.network


@frozen
class Allowlist:
    names: tuple[NameRule, ...] = ()
    networks: tuple[NetworkRule, ...] = ()

    def covers(self, target: Target) -> bool:
        rules: tuple[NameRule | NetworkRule, ...] = (*self.names, *self.networks)
        return any(rule.covers(target) for rule in rules)

    def may_lead_to(self, address: Address, port: int) -> bool:
        """Whether a name that is covered may have this address."""
        return not is_close(embedded(address)) or self.grants(address, port)

    def grants(self, address: Address, port: int) -> bool:
        """Whether it lies in a network that is listed itself, with this port."""
        target = Target(embedded(address), port)
        return any(rule.covers(target) for rule in self.networks)


def parse_allowlist(entries: Iterable[str]) -> Allowlist:
    """Raises BadHostError."""
    rules = [_named_rule(entry) for entry in entries]
    return Allowlist(
        names=tuple(rule for rule in rules if isinstance(rule, NameRule)),
        networks=tuple(rule for rule in rules if isinstance(rule, NetworkRule)),
    )


def parse_target(text: str) -> Target:
    """`HOST:PORT` as CONNECT has it (RFC 9110, authority-form); raises BadHostError."""
    host, port = _split(text)
    if port is None:
        raise BadHostError("there is no port")
    return Target(_host(host), port)


def _named_rule(entry: str) -> NameRule | NetworkRule:
    try:
        return _rule(entry)
    except BadHostError as error:
        raise BadHostError(f"{entry!r}: {error}") from error


def _rule(entry: str) -> NameRule | NetworkRule:
    if "://" in entry:
        raise BadHostError("hosts are allowed, not URLs: example.org or example.org:8443")
    if "/" in entry:
        return _network_rule(entry)
    host, port = _split(entry.lower())
    below = host.startswith("*.")
    found = _host(host.removeprefix("*."))
    if isinstance(found, str):
        return NameRule(found, below, port or HTTPS)
    if below:
        raise BadHostError("nothing is below an address")
    return NetworkRule(ip_network(found), port or HTTPS)


def _network_rule(entry: str) -> NetworkRule:
    address, _, rest = entry.partition("/")
    length, colon, port = rest.partition(":")
    try:
        network = ip_network(f"{address.strip('[]')}/{length.strip(']')}")
    except ValueError as error:
        raise BadHostError(str(error)) from error
    return NetworkRule(network, _port(port) if colon else HTTPS)


def _split(text: str) -> tuple[str, int | None]:
    found = _AUTHORITY.fullmatch(text)
    if found is None:
        raise BadHostError(f"{text!r} is not HOST:PORT")
    return found["host"], None if found["port"] is None else _port(found["port"])


def _port(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text, re.ASCII) or int(text) > 65535:
        raise BadHostError(f"{text!r} is no port")
    return int(text)


def _host(text: str) -> str | Address:
    if text.startswith("["):
        return _address(text[1:-1])
    name = text.lower().removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _address(name)
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, name.split("."))):
        raise BadHostError(f"{text!r} is no host name (other alphabets are written as xn--…)")
    return name


def _address(text: str) -> Address:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise BadHostError(f"{text!r} is no address") from error
    if getattr(address, "scope_id", None):
        raise BadHostError(f"{text!r} names an interface")
    return embedded(address)


def embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_close(address: Address) -> bool:
    """On this machine, or in a network that is not the internet."""
    return any(address in network for network in _CLOSE)
