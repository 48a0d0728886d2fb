"""Frames: a message or a piece of data as bytes, and back. Knows no message by name.

A frame is its content's length (4 bytes, big-endian), its kind, the number of descriptors that
travel with its first byte, and the content.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple, NoReturn, TypeVar

from genieagent.wire.errors import LocalProtocolError, RemoteProtocolError

HEADER = struct.Struct("!IBB")


class Kind(IntEnum):
    MESSAGE = 1
    DATA = 2


MAX_CONTENT = {Kind.MESSAGE: 16 * 1024 * 1024, Kind.DATA: 4 * 1024 * 1024}
"""Checked before a byte of content is kept: what a peer can make us hold."""

BATCH_SIZE = 1024 * 1024
"""A list that may get long travels in several messages of about this many bytes."""

_Item = TypeVar("_Item")


class Frame(NamedTuple):
    kind: Kind
    descriptors: int
    content: bytes


def encode_frame(frame: Frame) -> bytes:
    """Raises LocalProtocolError when the content is too long for a frame."""
    if len(frame.content) > MAX_CONTENT[frame.kind]:
        raise LocalProtocolError(f"{len(frame.content)} bytes are too many for a frame")
    return HEADER.pack(len(frame.content), frame.kind, frame.descriptors) + frame.content


@dataclass
class FrameReader:
    """Bytes in, in pieces of any size; whole frames out."""

    _buffer: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Raises RemoteProtocolError for what is no frame, as soon as its header shows it."""
        self._buffer += data
        while (frame := self._next()) is not None:
            yield frame

    @property
    def is_between_frames(self) -> bool:
        return not self._buffer

    def _next(self) -> Frame | None:
        if len(self._buffer) < HEADER.size:
            return None
        length, number, descriptors = HEADER.unpack_from(self._buffer)
        kind = _checked_kind(number, length)
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        content = bytes(memoryview(self._buffer)[HEADER.size : end])
        del self._buffer[:end]
        return Frame(kind, descriptors, content)


def _checked_kind(number: int, length: int) -> Kind:
    try:
        kind = Kind(number)
    except ValueError as error:
        raise RemoteProtocolError(f"no frame is of kind {number}") from error
    if length > MAX_CONTENT[kind]:
        raise RemoteProtocolError(f"a frame of {length} bytes is too long")
    return kind


def encode_json(value: object) -> bytes:
    """ASCII only, so that the lone surrogates of undecodable paths pass as escapes."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()


def decode_object(content: bytes) -> dict[str, Any]:
    """A JSON object; raises RemoteProtocolError for anything else."""
    try:
        value = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise RemoteProtocolError("a message is no JSON") from error
    if not isinstance(value, dict):
        raise RemoteProtocolError("a message is no JSON object")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """JSON-able items in lists of which each fits in a message."""
    batch: list[_Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(encode_json(item))
        if size >= BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
