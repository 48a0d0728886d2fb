"""A jar's connections where the manager has a proxy itself."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from proxies import ForwardProxy, forward_proxy

from geniejars import Config, read_audit
from geniejars.allowlist import parse_allowlist
from geniejars.audit import AuditLog
from geniejars.config import default_config
from geniejars.connect_proxy import ConnectProxy
from geniejars.upstream import Upstream, upstream_of


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return evolve(default_config(tmp_path / "state.json"), network="filtered")


@pytest.fixture
def proxy() -> Iterator[ForwardProxy]:
    with forward_proxy() as proxy:
        yield proxy


def ask(config: Config, target: str, upstream: Upstream, entries: tuple[str, ...]) -> str:
    """What a jar hears that asks for this host and says "hello"."""
    served = ConnectProxy(parse_allowlist(entries), AuditLog(config, "jar", "live"), upstream)
    ours, theirs = socket.socketpair()
    serving = threading.Thread(target=served.serve, args=(theirs,))
    serving.start()
    with ours:
        ours.sendall(f"CONNECT {target} HTTP/1.1\r\n\r\nhello".encode())
        ours.shutdown(socket.SHUT_WR)
        heard = b"".join(iter(lambda: ours.recv(1000), b""))
    serving.join()
    return heard.decode()


def test_a_listed_name_is_what_the_proxy_is_asked_for(config: Config, proxy: ForwardProxy) -> None:
    """It need not be known here; what both ends say at once is carried on."""
    upstream = Upstream(f"http://me:pass%20word@127.0.0.1:{proxy.port}/")
    heard = ask(config, "Only.There.Invalid.:443", upstream, ("*.there.invalid",))
    (visit,) = map(json.loads, read_audit(config, "jar"))

    assert heard == "HTTP/1.1 200 Connection established\r\n\r\nwelcome, hello"
    assert proxy.asked == [("only.there.invalid:443", "Basic bWU6cGFzcyB3b3Jk")]
    assert (visit["address"], visit["via"]) == (None, f"127.0.0.1:{proxy.port}")


def test_the_list_is_asked_first(config: Config, proxy: ForwardProxy) -> None:
    """The proxy never hears of what is not on it."""
    upstream = Upstream(f"http://127.0.0.1:{proxy.port}")
    heard = ask(config, "elsewhere.invalid:443", upstream, ("only.there.invalid",))

    assert heard.startswith("HTTP/1.1 403 ")
    assert proxy.asked == []


@pytest.mark.parametrize(
    "exceptions, straight",
    [
        pytest.param("there.invalid", True, id="below"),
        pytest.param("other.invalid, .there.invalid", True, id="list"),
        pytest.param("*", True, id="all"),
        pytest.param("here.invalid", False, id="end-of-a-name"),
        pytest.param("", False, id="none"),
    ],
)
def test_exceptions_are_reached_without_it(
    config: Config, proxy: ForwardProxy, exceptions: str, straight: bool
) -> None:
    """As NO_PROXY has them; they are held to the same rules as without a proxy."""
    upstream = Upstream(f"127.0.0.1:{proxy.port}", exceptions)
    heard = ask(config, "only.there.invalid:443", upstream, ("only.there.invalid",))

    assert ("has no address" in heard) == straight
    assert (proxy.asked == []) == straight


@pytest.mark.parametrize(
    "url, reason",
    [
        pytest.param("http://me:hidden@127.0.0.1:9", "127.0.0.1:9 cannot be reached", id="nobody"),
        pytest.param("https://proxy.invalid:443", "not given as http://HOST:PORT", id="scheme"),
        pytest.param("socks5://me:hidden@127.0.0.1", "not given as http://", id="socks"),
        pytest.param("http://127.0.0.1:port", "not given as http://", id="port"),
        pytest.param("http://", "not given as http://", id="empty"),
    ],
)
def test_a_proxy_that_is_of_no_use_is_named(config: Config, url: str, reason: str) -> None:
    """Without its password; nothing goes past it."""
    heard = ask(config, "only.there.invalid:443", Upstream(url), ("only.there.invalid",))

    assert heard.startswith("HTTP/1.1 502 ")
    assert reason in heard
    assert "hidden" not in heard + str(read_audit(config, "jar"))


@pytest.mark.parametrize(
    "answer, reason",
    [
        pytest.param("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "answers 407", id="407"),
        pytest.param("SSH-2.0\r\n\r\n", "answers what is not HTTP", id="no-http"),
        pytest.param("HTTP/1.1 200 OK\r\n", "does not answer", id="no-end"),
        pytest.param("", "does not answer", id="nothing"),
    ],
)
def test_what_the_proxy_refuses_is_said(config: Config, answer: str, reason: str) -> None:
    """In the answer to whoever asked."""
    with forward_proxy(answer) as proxy:
        upstream = Upstream(f"http://127.0.0.1:{proxy.port}")
        heard = ask(config, "only.there.invalid:443", upstream, ("only.there.invalid",))

    assert reason in heard


@pytest.mark.parametrize(
    "environ, changes, found",
    [
        pytest.param({"HTTPS_PROXY": "p:1"}, {}, Upstream("p:1"), id="upper"),
        pytest.param({"HTTPS_PROXY": "p:1", "https_proxy": "p:2"}, {}, Upstream("p:2"), id="lower"),
        pytest.param({"ALL_PROXY": "p:1", "NO_PROXY": "x"}, {}, Upstream("p:1", "x"), id="all"),
        pytest.param({"HTTP_PROXY": "p:1"}, {}, None, id="http-only"),
        pytest.param({"HTTPS_PROXY": ""}, {}, None, id="empty"),
        pytest.param({"HTTPS_PROXY": "p:1"}, {"forward_proxy": False}, None, id="not-forwarded"),
        pytest.param({"HTTPS_PROXY": "p:1"}, {"network": "none"}, None, id="no-network"),
    ],
)
def test_the_environment_says_which(
    config: Config, environ: dict[str, str], changes: dict[str, object], found: Upstream | None
) -> None:
    """As curl reads it, for https."""
    assert upstream_of(evolve(config, **changes), environ) == found
