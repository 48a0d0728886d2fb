"""The agent protocol without sockets: two ends joined in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genieagent.operations import MakeSymlink, WriteFile, to_wire
from genieagent.wire import (
    Connection,
    Data,
    LocalProtocolError,
    Message,
    Outgoing,
    Received,
    RemoteProtocolError,
    batches,
)
from genieagent.wire.codec import HEADER, MAX_CONTENT, Kind, encode_json
from genieagent.wire.connection import TRANSITIONS
from genieagent.wire.messages import MAX_DESCRIPTORS, SHAPES

RUN: Message = {
    "type": "run",
    "argv": ["sh", "-c", "true"],
    "env": {"A": "b"},
    "cwd": "",
    "timeout": None,
    "tty": None,
    "stdin": False,
    "detach": False,
    "mounts": [],
}
DIGEST = "ab" * 32


def frame(content: bytes, kind: int = Kind.MESSAGE, descriptors: int = 0) -> bytes:
    return HEADER.pack(len(content), kind, descriptors) + content


def ready() -> tuple[Connection, Connection]:
    """Manager's and agent's end behind the hello."""
    return Connection("manager", "ready"), Connection("agent", "ready")


def say(sender: Connection, receiver: Connection, message: Message) -> Any:
    """One message from end to end; what arrived comes back."""
    outgoing = sender.send(message)
    (event,) = receiver.receive_data(outgoing.content, outgoing.descriptors)
    return event


def conversation() -> Iterator[tuple[str, Message | bytes, tuple[int, ...]]]:
    """A whole one: who says what with which descriptors."""
    hello = {"version": 1, "jar": "a", "role": "live", "situation": "full", "home": "/h", "pid": 1}
    operation = WriteFile(b"a\xff", 0o644, 3, DIGEST)
    yield "manager", {"type": "hello", "version": 1, "client": "test"}, ()
    yield "agent", {"type": "hello", **hello}, ()
    yield "manager", {**RUN, "stdin": True}, (7,)
    yield "agent", {"type": "started", "pid": 9}, (3, 4)
    yield "manager", {"type": "signal", "name": "INT"}, ()
    yield "agent", {"type": "exited", "code": 130}, ()
    yield "manager", {"type": "apply", "place": "home", "root": DIGEST, "persist": ["data"]}, ()
    yield "manager", {"type": "ops", "ops": [to_wire(operation)]}, (5,)
    yield "agent", {"type": "staged"}, ()
    yield "manager", {"type": "commit"}, ()
    yield "agent", {"type": "applied", "backed_up": ["a\udcff"], "backup": "x"}, ()
    yield "manager", {"type": "objects", "digests": [DIGEST]}, ()
    yield "agent", {"type": "objects", "digests": [[DIGEST, 6]], "size": 6}, ()
    yield "agent", b"abc", ()
    yield "agent", b"def", ()
    yield "manager", {"type": "end"}, ()
    yield "agent", {"type": "error", "code": "busy", "message": "no"}, ()


@pytest.mark.parametrize("step", [1, 2, 7, 100_000])
def test_pieces_of_any_size(step: int) -> None:
    """What one end says the other hears, however the bytes are cut."""
    ends = {"manager": Connection("manager"), "agent": Connection("agent")}
    said, heard = [], []
    for side, what, descriptors in conversation():
        sender, receiver = ends[side], ends["agent" if side == "manager" else "manager"]
        out = _encode(sender, what, descriptors)
        said.append(Data(what) if isinstance(what, bytes) else Received(what, descriptors))
        for at in range(0, len(out.content), step):
            carried = out.descriptors if at == 0 else ()
            heard += receiver.receive_data(out.content[at : at + step], carried)

    assert heard == said


def _encode(sender: Connection, what: Message | bytes, descriptors: tuple[int, ...]) -> Outgoing:
    return sender.send_data(what) if isinstance(what, bytes) else sender.send(what, descriptors)


def test_descriptors_may_come_early() -> None:
    """The kernel may hand out a descriptor with the end of the frame before its own."""
    manager, agent = ready()
    first, second = manager.send({"type": "pack", "place": "root"}, [8]), b""
    second = manager.send({"type": "paths", "paths": []}).content

    events = agent.receive_data(first.content[:3], [8])
    events += agent.receive_data(first.content[3:] + second)

    assert [event.descriptors for event in events if isinstance(event, Received)] == [(8,), ()]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(frame(b"{}", kind=3), id="unknown-kind"),
        pytest.param(HEADER.pack(MAX_CONTENT[Kind.MESSAGE] + 1, 1, 0), id="message-too-long"),
        pytest.param(HEADER.pack(MAX_CONTENT[Kind.DATA] + 1, 2, 0), id="data-too-long"),
        pytest.param(frame(b"\xff"), id="no-text"),
        pytest.param(frame(b"[" * 100_000), id="too-deep"),
        pytest.param(frame(b"[]"), id="no-object"),
        pytest.param(frame(b'{"type":"stop","grace":NaN}'), id="nan"),
        pytest.param(frame(b'{"type":"stop","grace":-1}'), id="negative"),
        pytest.param(frame(b'{"type":["stop"]}'), id="type-no-text"),
        pytest.param(frame(b'{"type":"dance"}'), id="unknown-type"),
        pytest.param(frame(b'{"type":"done"}'), id="said-by-the-other-side"),
        pytest.param(frame(b'{"type":"commit"}'), id="not-now"),
        pytest.param(frame(b'{"type":"end","now":true}'), id="field-too-many"),
        pytest.param(frame(b'{"type":"stop"}'), id="field-missing"),
        pytest.param(frame(b'{"type":"end"}', descriptors=1), id="descriptor-too-many"),
        pytest.param(frame(b'{"type":"backup"}'), id="descriptor-missing"),
        pytest.param(frame(b'{"type":"backup"}', descriptors=1), id="descriptor-promised"),
        pytest.param(frame(b"abc", kind=Kind.DATA), id="data-unannounced"),
    ],
)
def test_what_no_peer_sends(content: bytes) -> None:
    """Wrong bytes are refused, and nothing is heard after them."""
    agent = Connection("agent", "ready")

    with pytest.raises(RemoteProtocolError):
        agent.receive_data(content)
    with pytest.raises(RemoteProtocolError):
        agent.receive_data(frame(b'{"type":"status"}'))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"argv": []}, id="no-command"),
        pytest.param({"argv": ["a\0b"]}, id="nul-in-argument"),
        pytest.param({"env": {"A=B": "c"}}, id="equals-sign-in-name"),
        pytest.param({"env": {"": "c"}}, id="empty-name"),
        pytest.param({"cwd": "/etc"}, id="absolute"),
        pytest.param({"cwd": "a/../../b"}, id="upwards"),
        pytest.param({"cwd": "a//b"}, id="empty-step"),
        pytest.param({"cwd": "\ud800"}, id="no-file-name"),
        pytest.param({"tty": {"rows": 1}}, id="half-a-terminal"),
        pytest.param({"timeout": True}, id="flag-for-number"),
        pytest.param({"mounts": [{"id": "a/b", "target": "x"}]}, id="mount-id-with-slash"),
    ],
)
def test_values_are_checked(changes: dict[str, Any]) -> None:
    """A field that a correct manager would not send is not even sent."""
    manager, _ = ready()

    with pytest.raises(LocalProtocolError):
        manager.send({**RUN, **changes})


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"op": "Explode", "path": "a"}, id="unknown"),
        pytest.param({"op": "Remove"}, id="no-path"),
        pytest.param({"op": "Remove", "path": "../x"}, id="leads-out"),
        pytest.param({"op": "Remove", "path": ""}, id="the-place-itself"),
        pytest.param({"op": "SetMode", "path": "a", "mode": 0o10000}, id="mode"),
        pytest.param({"op": ["Remove"], "path": "a"}, id="op-no-text"),
        pytest.param("Remove", id="no-record"),
    ],
)
def test_operations_are_checked(operation: object) -> None:
    """An operation that leads out of its place is no operation."""
    agent = Connection("agent", "applying")
    message = encode_json({"type": "ops", "ops": [operation]})

    with pytest.raises(RemoteProtocolError):
        agent.receive_data(frame(message))


def test_late_signal() -> None:
    """A signal that crosses the end of its run is heard and changes nothing."""
    manager, agent = ready()
    say(manager, agent, RUN)
    say(agent, manager, {"type": "started", "pid": 5})
    signal = manager.send({"type": "signal", "name": "TERM"})
    say(agent, manager, {"type": "exited", "code": 0})

    (event,) = agent.receive_data(signal.content)

    assert event == Received({"type": "signal", "name": "TERM"}, ())
    assert agent.state == manager.state == "ready"


@pytest.mark.parametrize("pieces", [[b"abcd"], [b"a", b"b"], [b""]])
def test_data_must_fit(pieces: list[bytes]) -> None:
    """No more data than announced, and no message before all of it."""
    _, agent = ready()
    agent.receive_data(frame(b'{"type":"read","place":"home","path":"a","limit":9}'))
    agent.send({"type": "file", "size": 3, "total": 3})
    agent.receive_data(frame(b'{"type":"status"}'))

    with pytest.raises(LocalProtocolError):
        for piece in pieces:
            agent.send_data(piece)
        agent.send({"type": "error", "code": "x", "message": "y"})


@pytest.mark.parametrize("cut", [1, HEADER.size + 3])
def test_end_in_the_middle(cut: int) -> None:
    """An end in the middle of a frame is not a leave-taking."""
    manager, agent = ready()
    agent.receive_data(manager.send({"type": "status"}).content[:cut])

    with pytest.raises(RemoteProtocolError):
        agent.receive_end()


def test_unclaimed_descriptors_are_handed_back() -> None:
    """Descriptors that no message claims are counted and can be closed."""
    agent = Connection("agent", "ready")
    agent.receive_data(b"\0", range(MAX_DESCRIPTORS))
    agent.receive_data(b"\0", range(MAX_DESCRIPTORS))

    with pytest.raises(RemoteProtocolError):
        agent.receive_data(b"\0", [9])
    assert len(agent.take_unclaimed()) == 2 * MAX_DESCRIPTORS + 1


def test_every_message_has_a_moment() -> None:
    """The table of moments and the table of shapes name the same messages."""
    placed = {(side, kind) for _, side, kind in TRANSITIONS}

    assert placed == {(side, kind) for side, shapes in SHAPES.items() for kind in shapes}


def test_every_request_can_end() -> None:
    """From each state the agent speaks in, ready is one error away; the manager can leave."""
    answering = {state for state, side, _ in TRANSITIONS if side == "agent"}

    assert all((state, "agent", "error") in TRANSITIONS for state in answering)


@given(st.binary(max_size=200), st.integers(1, 50))
def test_noise(noise: bytes, step: int) -> None:
    """Any bytes give events or a RemoteProtocolError, nothing else."""
    agent = Connection("agent", "ready")
    try:
        for at in range(0, len(noise), step):
            agent.receive_data(noise[at : at + step])
    except RemoteProtocolError:
        assert agent.state == "closed"


@given(st.data())
def test_damaged_conversation(data: st.DataObject) -> None:
    """One changed byte in a message gives an event or a RemoteProtocolError, nothing else."""
    content = bytearray(Connection("manager", "ready").send(RUN).content)
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255))
    agent = Connection("agent", "ready")
    try:
        agent.receive_data(bytes(content))
    except RemoteProtocolError:
        assert agent.state == "closed"


def test_undecodable_names() -> None:
    """A name of any bytes passes as text and comes back as it was."""
    target = bytes(range(1, 256))
    message = {"type": "ops", "ops": [to_wire(MakeSymlink(b"\xff\xfe", target))]}
    manager, agent = Connection("manager", "applying"), Connection("agent", "applying")

    event = say(manager, agent, message)

    assert event.message == message


def test_batches() -> None:
    """A long list is cut into lists that each fit in a message, in order."""
    items = ["x" * 1000] * 5000

    cut = list(batches(items))

    assert [item for batch in cut for item in batch] == items
    assert 2 < len(cut) < 10
