"""A way through the manager's own proxy, asked for by CONNECT; RFC 9110 section 9.3.6."""

from __future__ import annotations

import base64
import re
import socket
from urllib.parse import SplitResult, unquote, urlsplit

from attrs import frozen

from geniejars.allowlist import Target
from geniejars.http_heads import EndlessHeadError, read_head
from geniejars.upstream import Upstream

CONNECT_SECONDS = 30.0
_CUSTOMARY_PORT = 80
_STATUS = re.compile(r"HTTP/1\.[01] (?P<code>[0-9]{3})( |$)")


class UpstreamError(Exception):
    """The proxy makes no connection; the text says why, and has no password in it."""


@frozen
class UpstreamProxy:
    """`str` of it is where it is; `credentials` are as RFC 7617 sends them."""

    host: str
    port: int
    credentials: str | None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def of(cls, upstream: Upstream) -> UpstreamProxy:
        """Raises UpstreamError."""
        url = upstream.url if "://" in upstream.url else f"http://{upstream.url}"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or _CUSTOMARY_PORT
        except ValueError:  # of the port, or of brackets
            host, port = None, 0
        if not host or not url.lower().startswith("http://"):
            raise UpstreamError("the manager's proxy is not given as http://HOST:PORT")
        return cls(host, port, _credentials(parts))

    def connect(self, target: Target) -> tuple[socket.socket, bytes]:
        """A connection that leads there, and what was said on it at once; raises UpstreamError."""
        try:
            connection = socket.create_connection((self.host, self.port), CONNECT_SECONDS)
        except OSError as error:
            reason = f"cannot be reached: {error.strerror or error}"
            raise UpstreamError(f"the manager's proxy {self} {reason}") from error
        try:
            return connection, self._ask(connection, str(target))
        except BaseException:
            connection.close()
            raise

    def _ask(self, connection: socket.socket, authority: str) -> bytes:
        try:
            connection.sendall(self._request(authority))
            line, rest = read_head(connection)
        except (OSError, EndlessHeadError) as error:
            raise UpstreamError(f"the manager's proxy {self} does not answer") from error
        status = _STATUS.match(line)
        if status is None or not status["code"].startswith("2"):
            answer = status["code"] if status else "what is not HTTP"
            raise UpstreamError(f"the manager's proxy {self} answers {answer} for {authority}")
        return rest

    def _request(self, authority: str) -> bytes:
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self.credentials is not None:
            lines.append(f"Proxy-Authorization: Basic {self.credentials}")
        return "\r\n".join([*lines, "", ""]).encode()


def is_for(upstream: Upstream, host: str) -> bool:
    """Whether this host is no exception of it."""
    from urllib.request import proxy_bypass  # heavy, and seldom needed

    return not proxy_bypass(host, {"no": upstream.exceptions})


def _credentials(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return base64.b64encode(pair.encode()).decode()
