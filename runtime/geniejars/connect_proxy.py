"""One connection of a jar's to its proxy: CONNECT, the decision, and the bytes after it.

RFC 9110 section 9.3.6. A name is looked up once, and an address that was checked is the one that
is connected to. Where the manager has a proxy itself, the name that was checked is what that proxy
is asked for: it alone may be able to look names up.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address

from attrs import frozen

from geniejars.allowlist import Address, Allowlist, BadHostError, Target, embedded, parse_target
from geniejars.audit import AuditLog, Verdict
from geniejars.http_heads import EndlessHeadError, read_head
from geniejars.streams import join_streams
from geniejars.upstream import Upstream
from geniejars.upstream_proxy import UpstreamError, UpstreamProxy, is_for

HEAD_SECONDS = 30.0
CONNECT_SECONDS = 30.0

_REQUEST_LINE = re.compile(r"(?P<method>[A-Z]{1,16}) (?P<target>[\x21-\x7e]{1,2048}) HTTP/1\.[01]")
_STATUS = {"allowed": "200 Connection established", "refused": "403 Forbidden",
           "failed": "502 Bad Gateway"}  # fmt: skip


class DeniedError(Exception):
    """The connection is not to be; `target` is what was asked for, as far as it was understood."""

    def __init__(self, target: str, verdict: Verdict, reason: str):
        super().__init__(reason)
        self.target = target
        self.verdict: Verdict = verdict
        self.reason = reason


@frozen
class _Way:
    """To what was asked for; `said` came from there at once."""

    remote: socket.socket
    address: str | None = None
    via: str | None = None
    said: bytes = b""


@frozen
class ConnectProxy:
    """For the connections of one jar; threads may share it. `upstream` is the manager's proxy."""

    allowlist: Allowlist
    audit: AuditLog
    upstream: Upstream | None = None

    def serve(self, client: socket.socket) -> None:
        """Until either side has left. Raises OSError where the client is gone."""
        with closing(client):
            client.settimeout(HEAD_SECONDS)
            try:
                target, rest = _read_request(client)
                way = self._reach(target)
            except DeniedError as error:
                self.audit.note(error.target, error.verdict, reason=error.reason)
                client.sendall(_answer(error.verdict, error.reason))
                return
            with closing(way.remote):
                self.audit.note(str(target), "allowed", address=way.address, via=way.via)
                client.sendall(_answer("allowed") + way.said)
                way.remote.sendall(rest)
                join_streams(client, way.remote)

    def _reach(self, target: Target) -> _Way:
        """Connected; raises DeniedError."""
        if not self.allowlist.covers(target):
            raise DeniedError(str(target), "refused", f"{target} is not in allowHosts")
        if self.upstream is not None and is_for(self.upstream, str(target.host)):
            return _through(self.upstream, target)
        return self._straight(target)

    def _straight(self, target: Target) -> _Way:
        denied = DeniedError(str(target), "failed", f"{target.host} has no address")
        for family, address in _look_up(target):
            if not self._may_lead_to(ip_address(address), target.port):
                reason = f"{target} is at {address}, a private address that allowHosts lacks"
                denied = DeniedError(str(target), "refused", reason)
                continue
            try:
                return _Way(_connect(family, address, target.port), address)
            except OSError as error:
                reason = f"{target} cannot be reached: {error.strerror or error}"
                denied = DeniedError(str(target), "failed", reason)
        raise denied

    def _may_lead_to(self, address: Address, port: int) -> bool:
        if self.allowlist.grants(address, port):
            return True
        return self.allowlist.may_lead_to(address, port) and not _is_own(embedded(address))


def _through(upstream: Upstream, target: Target) -> _Way:
    try:
        proxy = UpstreamProxy.of(upstream)
        remote, said = proxy.connect(target)
    except UpstreamError as error:
        raise DeniedError(str(target), "failed", str(error)) from error
    return _Way(remote, via=str(proxy), said=said)


def _read_request(client: socket.socket) -> tuple[Target, bytes]:
    """The target, and what the client has said after its request; raises DeniedError."""
    try:
        line, rest = read_head(client)
    except EndlessHeadError as error:
        raise DeniedError("?", "refused", "the request has no end") from error
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise DeniedError("?", "refused", "that is no HTTP request")
    if found["method"] != "CONNECT":
        raise DeniedError(found["target"], "refused", "only CONNECT is served: use https")
    try:
        return parse_target(found["target"]), rest
    except BadHostError as error:
        raise DeniedError(found["target"], "refused", str(error)) from error


def _look_up(target: Target) -> Iterator[tuple[socket.AddressFamily, str]]:
    """Raises DeniedError where the name has no address."""
    try:
        found = socket.getaddrinfo(str(target.host), target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeniedError(str(target), "failed", f"{target.host} has no address") from error
    return ((family, str(address[0])) for family, _, _, _, address in found)


def _connect(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    remote = socket.socket(family, socket.SOCK_STREAM)
    try:
        remote.settimeout(CONNECT_SECONDS)
        remote.connect((address, port))
    except BaseException:
        remote.close()
        raise
    return remote


def _is_own(address: Address) -> bool:
    """Of an interface of this machine, whose services listen for their own people."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def _answer(verdict: Verdict, reason: str = "") -> bytes:
    status = f"HTTP/1.1 {_STATUS[verdict]}\r\n"
    if verdict == "allowed":
        return f"{status}\r\n".encode()
    body = f"jarbuild: {reason}\n".encode()
    head = f"{status}Content-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close"
    return f"{head}\r\n\r\n".encode() + body
