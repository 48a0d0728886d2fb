"""Whoever talks nonsense to an agent, or hardly at all, is alone in it: others are served."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jars import RunningAgent, agent, layout_of

from genieagent import offspring
from genieagent.layout import Layout
from genieagent.wire import VERSION, Connection
from genieagent.wire.codec import HEADER, MAX_CONTENT, Kind, encode_json

SECONDS = 20.0
MOST_MEMORY = 96 * 1024 * 1024
"""Of an agent's process, whatever it is sent: a frame may have 16 MiB."""

HELLO = Connection("manager").send({"type": "hello", "version": VERSION, "client": "fuzz"}).content


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAgent]:
    with agent(layout_of(tmp_path_factory.mktemp("jar"))) as running:
        yield running


def connected(victim: RunningAgent) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(SECONDS)
    connection.connect(victim.address)
    return connection


def everything_from(connection: socket.socket) -> bytes:
    """Until the agent has hung up."""
    said = b""
    try:
        while piece := connection.recv(1 << 16):
            said += piece
    except ConnectionResetError:
        pass  # it had not read all that we sent
    return said


def send(connection: socket.socket, content: bytes) -> None:
    """As much as is taken before the other side hangs up."""
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(content)


def memory(pid: int) -> int:
    """Beyond what this process had, from which the agent was forked."""
    return _resident(pid) - _resident(os.getpid())


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def assert_well(victim: RunningAgent) -> None:
    """It answers the next, keeps no process, no descriptor and little memory."""
    manager = victim.connect()
    code, out, _ = manager.run("echo well")
    manager.close()
    deadline = time.monotonic() + SECONDS
    while any(not process.is_dead for process in offspring.descendants(victim.pid)):
        assert time.monotonic() < deadline
        time.sleep(0.005)

    assert (code, out) == (0, b"well\n")
    assert memory(victim.pid) < MOST_MEMORY
    assert len(list(Path(f"/proc/{victim.pid}/fd").iterdir())) < 16


def frames(content: bytes, kind: int = Kind.MESSAGE, descriptors: int = 0) -> bytes:
    return HEADER.pack(len(content), kind, descriptors) + content


@given(noise=st.binary(max_size=300), is_greeted=st.booleans())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_noise(victim: RunningAgent, noise: bytes, is_greeted: bool) -> None:
    """Random bytes, before or after the hello, end their connection and nothing else."""
    with connected(victim) as connection:
        send(connection, (HELLO if is_greeted else b"") + noise)
        connection.shutdown(socket.SHUT_WR)
        everything_from(connection)

    assert os.waitpid(victim.pid, os.WNOHANG) == (0, 0)


NONSENSE = [
    pytest.param(HEADER.pack(0xFFFFFFFF, Kind.MESSAGE, 0), id="huge-message"),
    pytest.param(HEADER.pack(MAX_CONTENT[Kind.DATA] + 1, Kind.DATA, 0), id="huge-data"),
    pytest.param(frames(b"x" * 1000, kind=9), id="unknown-kind"),
    pytest.param(frames(b"{"), id="no-json"),
    pytest.param(frames(b"[" * 100_000), id="deep-json"),
    pytest.param(frames(b'{"type":"status","more":1}'), id="unknown-field"),
    pytest.param(frames(b'{"type":"exited","code":0}'), id="the-agents-own-words"),
    pytest.param(frames(b"data", kind=Kind.DATA), id="data-nobody-announced"),
    pytest.param(
        frames(b'{"type":"status"}', descriptors=200), id="descriptors-that-are-not-there"
    ),
    pytest.param(HELLO, id="hello-again"),
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_what_no_manager_says(victim: RunningAgent, nonsense: bytes) -> None:
    """The connection ends as soon as it is seen: nobody waits for the rest of it."""
    with connected(victim) as connection:
        send(connection, HELLO)
        connection.recv(1 << 16)
        send(connection, nonsense)

        assert everything_from(connection) == b""
    assert_well(victim)


def test_damaged_conversations(victim: RunningAgent) -> None:
    """Real requests with some of their bytes changed do no more harm than noise."""
    chance = random.Random(5)  # noqa: S311 - the same damage each time
    requests = [{"type": "status"}, {"type": "scan", "place": "home", "anew": False},
                {"type": "read", "place": "home", "path": "a", "limit": 9}]  # fmt: skip
    for _ in range(40):
        content = bytearray(frames(encode_json(chance.choice(requests))))
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with connected(victim) as connection:
            send(connection, HELLO + bytes(content))
            connection.shutdown(socket.SHUT_WR)
            everything_from(connection)
    assert_well(victim)


def test_a_flood_of_descriptors(victim: RunningAgent) -> None:
    """Descriptors that no message claims are counted, and closed with their connection."""
    with connected(victim) as connection:
        send(connection, HELLO)
        descriptors = [connection.fileno()] * 250
        for _ in range(5):
            try:
                socket.send_fds(connection, [b"\0"], descriptors)
            except OSError:
                break
        everything_from(connection)
    assert_well(victim)


def test_a_slow_sender(victim: RunningAgent) -> None:
    """Byte by byte is fine, and whoever stops in the middle of 16 MiB keeps no one waiting."""
    with connected(victim) as slow, connected(victim) as stuck:
        stuck.sendall(HELLO + HEADER.pack(MAX_CONTENT[Kind.MESSAGE], Kind.MESSAGE, 0))
        stuck.sendall(b" " * (4 << 20))
        for at in range(len(HELLO)):
            slow.sendall(HELLO[at : at + 1])
        greeting = slow.recv(1 << 16)
        sessions = [p.pid for p in offspring.descendants(victim.pid)]

        assert b'"hello"' in greeting
        assert max(map(memory, sessions)) < MOST_MEMORY
        manager = victim.connect()
        assert manager.run("echo hi")[1] == b"hi\n"
        manager.close()
    assert_well(victim)


def test_one_who_never_reads(victim: RunningAgent) -> None:
    """An answer that nobody takes waits in its own process; others are served meanwhile."""
    (Path(victim.address).parent / "home/large").write_bytes(bytes(8 << 20))
    reading = victim.connect()
    reading.ask("read", place="home", path="large", limit=8 << 20)
    manager = victim.connect()
    out = manager.run("echo hi")[1]
    sessions = [p.pid for p in offspring.descendants(victim.pid)]
    largest = max(map(memory, sessions))
    reading.close()
    manager.close()

    assert out == b"hi\n"
    assert largest < MOST_MEMORY
    assert_well(victim)


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(lambda connection: connection.shutdown(socket.SHUT_WR), id="half-closed"),
        pytest.param(lambda connection: connection.close(), id="closed"),
        pytest.param(
            lambda connection: (
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)),
                connection.close(),
            ),
            id="reset",
        ),
    ],
)
def test_a_manager_who_leaves(
    victim: RunningAgent, leave: Callable[[socket.socket], object]
) -> None:
    """What it was running is ended, however it went."""
    manager = victim.connect()
    manager.start(["sh", "-c", "setsid sleep 300 & exec sleep 300"])
    leave(manager.channel.socket)

    assert_well(victim)
    manager.close()


def test_a_killed_session(victim: RunningAgent) -> None:
    """One conversation's process may die; whoever talked to it hears so, the rest goes on."""
    manager = victim.connect()
    [session] = [p.pid for p in offspring.descendants(victim.pid)]
    os.kill(session, signal.SIGKILL)

    with pytest.raises((EOFError, ConnectionError)):
        manager.request("status")
    manager.close()
    assert_well(victim)


def test_nobody_but_the_manager(tmp_path: Path) -> None:
    """Another user who got hold of the socket is hung up on without a word."""
    layout = layout_of(tmp_path)
    ids = dataclasses.replace(layout.jar.ids, manager_uid=os.getuid() + 4321)
    foreign = Layout(dataclasses.replace(layout.jar, ids=ids))
    with agent(foreign) as running:
        for _ in range(3):
            with connected(running) as connection:
                send(connection, HELLO)

                assert everything_from(connection) == b""
        assert os.waitpid(running.pid, os.WNOHANG) == (0, 0)
