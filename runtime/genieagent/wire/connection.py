"""Who may say what when. No sockets here: bytes and descriptors in, events out, and back.

The manager asks, the agent answers; one request at a time. Every request ends with exactly one
final answer, after which the connection is `ready` again; `error` is final wherever the agent
speaks. A `signal` or `resize` may cross the `exited` that it came too late for, so the agent
hears them in `ready` too, and does nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from genieagent.wire.codec import (
    MAX_CONTENT,
    Frame,
    FrameReader,
    Kind,
    decode_object,
    encode_frame,
    encode_json,
)
from genieagent.wire.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from genieagent.wire.messages import MAX_DESCRIPTORS, SHAPES, Message, Side

State = str
Transitions = Mapping[tuple[State, Side, str], State]

# Requests with one answer, nothing in between.
_SIMPLE = {
    "stop": "stopped",
    "status": "status",
    "end": "done",
    "gate": "gated",
    "objects": "objects",
    "read": "file",
    "normalize": "normalized",
    "backup": "done",
    "restore": "done",
}

# "run?" is a request waiting for its first answer, "running" what its first answer opens.
_LONGER: Transitions = {
    ("opening", "manager", "hello"): "hello?",
    ("hello?", "agent", "hello"): "ready",
    ("ready", "manager", "run"): "run?",
    ("run?", "agent", "started"): "running",
    ("running", "manager", "signal"): "running",
    ("running", "manager", "resize"): "running",
    ("running", "agent", "exited"): "ready",
    ("running", "agent", "done"): "ready",  # detached
    ("ready", "manager", "signal"): "ready",
    ("ready", "manager", "resize"): "ready",
    ("ready", "manager", "start"): "start?",
    ("start?", "agent", "started"): "attached",
    ("attached", "agent", "exited"): "ready",
    ("attached", "agent", "done"): "ready",  # not to be attached
    ("ready", "manager", "log"): "log?",
    ("log?", "agent", "piped"): "piping",
    ("piping", "agent", "done"): "ready",
    ("ready", "manager", "scan"): "scan?",
    ("scan?", "agent", "links"): "scan?",
    ("scan?", "agent", "scanned"): "ready",
    ("ready", "manager", "drift"): "drift?",
    ("drift?", "agent", "drifted"): "drift?",
    ("drift?", "agent", "links"): "drift?",
    ("drift?", "agent", "drift"): "ready",
    ("ready", "manager", "apply"): "applying",
    ("applying", "manager", "links"): "applying",
    ("applying", "manager", "ops"): "ops?",
    ("ops?", "agent", "staged"): "applying",
    ("applying", "manager", "commit"): "apply?",
    ("apply?", "agent", "applied"): "ready",
    ("ready", "manager", "pack"): "packing",
    ("packing", "manager", "paths"): "packing",
    ("packing", "manager", "commit"): "pack?",
    ("pack?", "agent", "files"): "pack?",
    ("pack?", "agent", "packed"): "ready",
}


def _with_the_rest(longer: Transitions) -> Transitions:
    whole = dict(longer)
    for request, answer in _SIMPLE.items():
        whole["ready", "manager", request] = f"{request}?"
        whole[f"{request}?", "agent", answer] = "ready"
    for state in {state for state, side, _ in whole if side == "agent"}:
        whole[state, "agent", "error"] = "ready"
    whole["hello?", "agent", "error"] = "closed"
    return whole


TRANSITIONS = _with_the_rest(_LONGER)


class Received(NamedTuple):
    """A message that may be said now, with the descriptors that came with it: ours to close."""

    message: Message
    descriptors: tuple[int, ...]


class Data(NamedTuple):
    """A piece of the data that the message before it announced."""

    content: bytes


Event = Received | Data


class Outgoing(NamedTuple):
    """To be sent in full, the descriptors with the first byte."""

    content: bytes
    descriptors: tuple[int, ...] = ()


@dataclass
class Connection:
    """One conversation as one side of it sees it.

    `state` "ready" starts behind the hello, for a conversation between two parts of an agent.
    After a ProtocolError nothing more can be said or heard.
    """

    side: Side
    state: State = "opening"
    _reader: FrameReader = field(default_factory=FrameReader, init=False)
    _descriptors: deque[int] = field(default_factory=deque, init=False)
    _owed: dict[Side, int] = field(default_factory=lambda: {"manager": 0, "agent": 0}, init=False)

    @property
    def other(self) -> Side:
        return "agent" if self.side == "manager" else "manager"

    def send(self, message: Message, descriptors: Sequence[int] = ()) -> Outgoing:
        """Raises LocalProtocolError where this message may not be said (now)."""
        try:
            content = encode_frame(Frame(Kind.MESSAGE, len(descriptors), encode_json(message)))
            self._advance(self.side, message, len(descriptors))
        except (RemoteProtocolError, ValueError, TypeError) as error:
            raise LocalProtocolError(str(error)) from error
        return Outgoing(content, tuple(descriptors))

    def send_data(self, data: bytes) -> Outgoing:
        """A piece of what the last message announced; raises LocalProtocolError."""
        if not 0 < len(data) <= self._owed[self.side]:
            raise LocalProtocolError(f"{len(data)} bytes of data are not announced")
        self._owed[self.side] -= len(data)
        step = MAX_CONTENT[Kind.DATA]
        pieces = (data[at : at + step] for at in range(0, len(data), step))
        return Outgoing(b"".join(encode_frame(Frame(Kind.DATA, 0, piece)) for piece in pieces))

    def receive_data(self, data: bytes, descriptors: Sequence[int] = ()) -> list[Event]:
        """What the other side has said with these bytes; raises RemoteProtocolError.

        Descriptors may come with bytes before their own, never after: the kernel hands them out
        with the first byte that they were sent with.
        """
        self._descriptors.extend(descriptors)
        try:
            return list(self._events(data))
        except ProtocolError:
            self.state = "closed"
            raise

    def receive_end(self) -> None:
        """The other side has gone; raises RemoteProtocolError in the middle of a frame."""
        is_whole = self._reader.is_between_frames and not self._owed[self.other]
        self.state = "closed"
        if not is_whole:
            raise RemoteProtocolError("the conversation ended in the middle of a message")

    def take_unclaimed(self) -> list[int]:
        """Descriptors that no message has claimed: to be closed with the connection."""
        unclaimed = list(self._descriptors)
        self._descriptors.clear()
        return unclaimed

    def _events(self, data: bytes) -> Iterator[Event]:
        for frame in self._reader.feed(data):
            yield self._data(frame) if frame.kind is Kind.DATA else self._message(frame)
        if len(self._descriptors) > 2 * MAX_DESCRIPTORS:
            raise RemoteProtocolError("descriptors that no message claims")

    def _data(self, frame: Frame) -> Data:
        if not 0 < len(frame.content) <= self._owed[self.other] or frame.descriptors:
            raise RemoteProtocolError("data that no message announced")
        self._owed[self.other] -= len(frame.content)
        return Data(frame.content)

    def _message(self, frame: Frame) -> Received:
        message = decode_object(frame.content)
        self._advance(self.other, message, frame.descriptors)
        if frame.descriptors > len(self._descriptors):
            raise RemoteProtocolError("a message came without its descriptors")
        claimed = tuple(self._descriptors.popleft() for _ in range(frame.descriptors))
        return Received(message, claimed)

    def _advance(self, side: Side, message: Message, descriptors: int) -> None:
        kind = message.get("type")
        shape = SHAPES[side].get(kind) if isinstance(kind, str) else None
        if shape is None or kind is None:
            raise RemoteProtocolError(f"{side} has no message {str(kind)[:40]!r}")
        if problem := shape.problem(message, descriptors):
            raise RemoteProtocolError(f"message {kind} {problem}")
        following = TRANSITIONS.get((self.state, side, kind))
        if following is None or self._owed[side]:
            raise RemoteProtocolError(f"{side} may not say {kind} in state {self.state}")
        self.state = following
        self._owed[side] = message.get("size", 0)
