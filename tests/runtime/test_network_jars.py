"""Jars with a network of their own: a proxy and published ports are all there is."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from attrs import evolve

import geniejars
from geniejars import Config, audit_file, read_audit
from geniejars.config import default_config
from geniejars.configfile import config_as_json
from geniejars.reception import reach_server

WAIT_SECONDS = 20


@contextmanager
def echoing() -> Iterator[int]:
    """A server on the machine's loopback that says a line twice; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]


def _echo(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(2 * connection.recv(100))


@pytest.fixture(scope="module")
def granted() -> Iterator[int]:
    with echoing() as port:
        yield port


@pytest.fixture(scope="module")
def forbidden() -> Iterator[int]:
    with echoing() as port:
        yield port


@pytest.fixture(scope="module", params=["filtered", "none"])
def config(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, granted: int
) -> Iterator[Config]:
    plain = default_config(tmp_path_factory.mktemp("pool") / "state/state.json")
    hosts = (
        f"localhost:{granted}",
        f"127.0.0.1:{granted}",
        "nowhere.invalid",
        "127.0.0.1:9",
        "localhost:10",
    )
    is_filtered = request.param == "filtered"
    config = evolve(plain, network=request.param, allow_hosts=hosts if is_filtered else ())
    yield config
    geniejars.shut_down(config)


filtered = pytest.mark.parametrize("config", ["filtered"], indirect=True)


@pytest.fixture(scope="module")
def jar(config: Config) -> Iterator[str]:
    name = geniejars.allocate(config)
    yield name
    geniejars.deallocate(config, name)


def python(config: Config, jar: str, code: str, *words: object) -> str:
    argv = ["-c", code, *map(str, words)]
    done = geniejars.run_as(config, jar, "/usr/bin/python3", argv, capture=True)
    return (done.stdout + done.stderr).decode().strip()


ASKS = """
import socket, sys
proxy = socket.create_connection(("127.0.0.1", 3128))
proxy.sendall(sys.argv[1].encode() + b" HTTP/1.1\\r\\nHost: any\\r\\n\\r\\nhello")
answer = b""
while piece := proxy.recv(1000): answer += piece
print(answer.decode().replace("\\r\\n", "|"))
"""


@filtered
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1"])
def test_a_listed_host_is_reached(config: Config, jar: str, host: str, granted: int) -> None:
    """What follows the request goes on to the host, and its answer comes back."""
    said = python(config, jar, ASKS, f"CONNECT {host}:{granted}")

    assert said == "HTTP/1.1 200 Connection established||hellohello"


@filtered
@pytest.mark.parametrize(
    "request_line, status, reason",
    [
        pytest.param("CONNECT localhost:{forbidden}", 403, "allowHosts", id="other-port"),
        pytest.param("CONNECT example.org:443", 403, "allowHosts", id="other-host"),
        pytest.param("CONNECT 9.9.9.9:443", 403, "allowHosts", id="address"),
        pytest.param("CONNECT [::1]:{granted}", 403, "allowHosts", id="loopback"),
        pytest.param("CONNECT 127.1:{granted}", 403, "address", id="odd-address"),
        pytest.param("CONNECT localhost\0:{granted}", 403, "no HTTP request", id="nul"),
        pytest.param("CONNECT x@localhost:{granted}", 403, "host name", id="user"),
        pytest.param("GET http://localhost:{granted}/", 403, "only CONNECT", id="get"),
        pytest.param("CONNECT", 403, "no HTTP request", id="no-target"),
        pytest.param("CONNECT nowhere.invalid:443", 502, "no address", id="unknown-name"),
        pytest.param("CONNECT 127.0.0.1:9", 502, "refused", id="nobody-listens"),
        pytest.param("CONNECT localhost:10", 403, "private", id="name-of-loopback"),
    ],
)
def test_what_is_not_listed_is_refused(
    config: Config, jar: str, request_line: str, status: int, reason: str,
    granted: int, forbidden: int,
) -> None:  # fmt: skip
    """With a sentence that says why, in the answer and in the audit log."""
    line = request_line.format(granted=granted, forbidden=forbidden)
    said = python(config, jar, ASKS.replace("sys.argv[1]", repr(line)))
    noted = json.loads(read_audit(config, jar)[-1])

    assert said.startswith(f"HTTP/1.1 {status} ")
    assert reason in said
    assert noted["verdict"] in ("refused", "failed")
    assert reason in noted["reason"]


@filtered
def test_each_connection_leaves_a_line(config: Config, jar: str, granted: int) -> None:
    """Who, where, whether, and which address it was; only the manager can read it."""
    python(config, jar, ASKS, f"CONNECT localhost:{granted}")
    visit = json.loads(read_audit(config, jar)[-1])

    assert (visit["jar"], visit["role"], visit["verdict"]) == (jar, "live", "allowed")
    assert (visit["target"], visit["address"]) == (f"localhost:{granted}", "127.0.0.1")
    assert audit_file(config, jar).stat().st_mode & 0o777 == 0o600


REACHES = """
import socket, sys
def tcp(host, port):
    socket.create_connection((host, int(port)), 5)
def udp(host, port):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (host, int(port)))
try:
    {"tcp": tcp, "udp": udp, "dns": socket.gethostbyname}[sys.argv[1]](*sys.argv[2:])
except OSError as error:
    print(type(error).__name__)
else:
    print("reached")
"""


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(("tcp", "127.0.0.1", "{granted}"), id="loopback"),
        pytest.param(("tcp", "192.0.2.1", "443"), id="machine"),
        pytest.param(("tcp", "9.9.9.9", "443"), id="internet"),
        pytest.param(("udp", "9.9.9.9", "53"), id="udp"),
        pytest.param(("dns", "pypi.org"), id="names"),
    ],
)
def test_there_is_no_other_way(
    config: Config, jar: str, way: tuple[str, ...], granted: int
) -> None:
    """Neither directly, nor by asking for a name."""
    said = python(config, jar, REACHES, *(word.format(granted=granted) for word in way))

    assert said in ("ConnectionRefusedError", "OSError", "gaierror")


@filtered
def test_programs_are_told_of_the_proxy(config: Config, jar: str) -> None:
    """The manager's own proxy variables would lead nowhere."""
    code = "import os; print(os.environ['https_proxy'], os.environ['NO_PROXY'])"

    assert python(config, jar, code) == "http://127.0.0.1:3128 localhost,127.0.0.1,::1"


SERVES = """
import socket, sys
family = {"4": socket.AF_INET, "6": socket.AF_INET6}[sys.argv[2]]
with socket.create_server(({"4": "127.0.0.1", "6": "::1"}[sys.argv[2]], int(sys.argv[1])),
                          family=family) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"from the jar: " + connection.recv(100))
"""


def ask(port: int, host: str = "127.0.0.1") -> bytes:
    """What a server on the manager's loopback answers; nothing where there is none."""
    try:
        with socket.create_connection((host, port), WAIT_SECONDS) as connection:
            connection.sendall(b"hello")
            return connection.recv(100)
    except OSError:
        return b""


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.02)


@contextmanager
def app(config: Config, jar: str, family: str) -> Iterator[int]:
    """An app of the jar's that listens on its first port."""
    (port, *_) = geniejars.read_state(config)["pool"][jar]["ports"] or ()
    geniejars.start_as(
        config, jar, "/usr/bin/python3", ["-c", SERVES, str(port), family], wait=False
    )
    yield port
    geniejars.stop_process(config, jar)


@pytest.mark.parametrize("family", ["4", "6"])
def test_the_jars_ports_are_open_on_the_managers_loopback(
    config: Config, jar: str, family: str
) -> None:
    """Whichever loopback address the app listens on."""
    with app(config, jar, family) as port:
        wait_until(lambda: ask(port) == b"from the jar: hello")

    assert ask(port) == b""


def test_ports_outlive_the_server(config: Config, jar: str) -> None:
    """Whoever carries the bytes is no part of it, and a new server starts no second one."""
    with app(config, jar, "4") as port:
        with reach_server(config) as server:
            os.kill(server.hello().pid, signal.SIGKILL)
        geniejars.agent_status(config, jar)
        wait_until(lambda: ask(port) == b"from the jar: hello")


def test_a_killed_gateway_is_replaced(config: Config, jar: str) -> None:
    """Also by a server that found it running, and without another command."""
    with app(config, jar, "4") as port:
        wait_until(lambda: ask(port) == b"from the jar: hello")
        with reach_server(config) as server:
            os.kill(server.hello().pid, signal.SIGKILL)
        with reach_server(config) as server:
            for pid in gateways(config, server.hello().pid):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: ask(port) == b"from the jar: hello")

    assert "its gateway ended, and is started again" in config.server_log.read_text()


def gateways(config: Config, server: int) -> list[int]:
    """The other processes of the server's program."""
    words = f"geniejars.server\0{config_as_json(config)}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if words in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return [pid for pid in found if pid != server]


def test_ports_end_with_the_jar(config: Config) -> None:
    """Nothing listens for a jar that has ended."""
    name = geniejars.allocate(config)
    with app(config, name, "4") as port:
        wait_until(lambda: ask(port) == b"from the jar: hello")
    geniejars.deallocate(config, name)

    wait_until(lambda: not listens(port))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_new_tenant_has_visited_nothing(tmp_path: Path) -> None:
    """The audit log is the tenant's, as everything of a jar's is."""
    config = default_config(tmp_path / "state/state.json")
    config.log_dir.mkdir(parents=True)
    audit_file(config, "jar001").write_text("{}\n")
    geniejars.allocate(config)
    geniejars.shut_down(config)

    assert read_audit(config, "jar001") == []
