"""The agent protocol over a real socket, with descriptors."""

from __future__ import annotations

import os
import resource
import socket
import threading
from collections.abc import Iterator

import pytest

from genieagent.wire import Channel, Connection, Received, RemoteProtocolError

Ends = tuple[Channel, Channel]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Manager's and agent's channel behind the hello."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    manager = Channel(one, Connection("manager", "ready"))
    agent = Channel(other, Connection("agent", "ready"))
    with manager, agent:
        yield manager, agent


def test_descriptors_travel(ends: Ends) -> None:
    """A descriptor arrives with its message, works, and closes on exec."""
    manager, agent = ends
    reading, writing = os.pipe()
    manager.send("backup", [writing])
    os.close(writing)

    event = agent.receive()
    assert isinstance(event, Received)
    (arrived,) = event.descriptors
    os.write(arrived, b"hello")
    inheritable = os.get_inheritable(arrived)
    os.close(arrived)
    content = os.read(reading, 10)
    os.close(reading)

    assert (content, inheritable) == (b"hello", False)


def test_large_data(ends: Ends) -> None:
    """Data larger than any buffer and any frame arrives whole."""
    manager, agent = ends
    content = os.urandom(1024) * 9000
    manager.send("read", place="home", path="a", limit=len(content))
    agent.receive()

    def answer() -> None:
        agent.send("file", size=len(content), total=len(content))
        agent.send_data(content)

    sender = threading.Thread(target=answer)
    sender.start()
    event = manager.receive_message()
    arrived = manager.receive_content(len(content))
    sender.join()

    assert event is not None and event.message["size"] == len(content)
    assert arrived == content


def test_large_message_with_descriptors(ends: Ends) -> None:
    """A message that leaves in several pieces brings its descriptors with the first."""
    manager, agent = ends
    manager.connection.state = agent.connection.state = "applying"
    ops = [{"op": "Remove", "path": "x" * 200}] * 20_000
    reading, writing = os.pipe()
    sender = threading.Thread(
        target=manager.send, args=("ops", [reading] * 253), kwargs={"ops": ops}
    )
    sender.start()

    event = agent.receive()
    sender.join()
    assert isinstance(event, Received)
    for descriptor in (reading, writing, *event.descriptors):
        os.close(descriptor)

    assert len(event.descriptors) == 253
    assert event.message["ops"] == ops


def test_end(ends: Ends) -> None:
    """A closed socket is the end of the conversation, for both."""
    manager, agent = ends
    manager.close()

    assert agent.receive() is None


def test_end_in_the_middle(ends: Ends) -> None:
    """A conversation cut in the middle of a frame is an error."""
    manager, agent = ends
    manager.socket.send(b"\0\0")
    manager.close()

    with pytest.raises(RemoteProtocolError):
        agent.receive()


def test_pending(ends: Ends) -> None:
    """Events that came together are handed out one by one, without waiting."""
    manager, agent = ends
    manager.send("signal", name="INT")
    manager.send("status")
    agent.receive_some()

    heard = [agent.pending(), agent.pending(), agent.pending()]
    types = [event.message["type"] if isinstance(event, Received) else None for event in heard]

    assert types == ["signal", "status", None]


def test_unread_descriptors_are_closed(ends: Ends) -> None:
    """A channel that is closed closes what nobody took from it."""
    manager, agent = ends
    reading, writing = os.pipe()
    manager.send("backup", [writing])
    agent.receive_some()
    agent.close()
    os.close(writing)

    end = os.read(reading, 1)
    os.close(reading)

    assert end == b""


def test_too_many_open_files(ends: Ends) -> None:
    """Descriptors that the kernel could not hand over are noticed."""
    manager, agent = ends
    manager.connection.state = agent.connection.state = "applying"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    reading, writing = os.pipe()
    manager.send("ops", [reading] * 100, ops=[])
    resource.setrlimit(resource.RLIMIT_NOFILE, (writing + 20, hard))
    try:
        with pytest.raises(RemoteProtocolError):
            agent.receive()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        os.close(reading)
        os.close(writing)
