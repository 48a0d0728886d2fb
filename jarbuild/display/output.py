"""What a step writes, as it can be shown: bytes in, whole lines of harmless text out."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Iterable

from attrs import define, field

from jarbuild.display.controls import stripped

LONGEST_LINE = 8192
"""Characters of an unfinished line that are kept waiting for its end."""

TAIL = 20
"""Lines that are shown again when the step fails: a screen has 24."""

Cleaner = Callable[[str], str]


@define
class Lines:
    """One stream of one step. A sequence of bytes may be cut anywhere between two calls."""

    cleaned: Cleaner = stripped
    _decoder: codecs.IncrementalDecoder = field(
        factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"), init=False
    )
    _unfinished: str = field(default="", init=False)

    def feed(self, data: bytes) -> list[str]:
        """The lines that are complete now."""
        *lines, rest = (self._unfinished + self._decoder.decode(data)).split("\n")
        while len(rest) > LONGEST_LINE:
            lines.append(rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        self._unfinished = rest
        return self._shown(lines)

    def finish(self) -> list[str]:
        """The last line, if its end never came."""
        rest = self._unfinished + self._decoder.decode(b"", final=True)
        self._unfinished = ""
        return self._shown([rest] if rest else [])

    def _shown(self, lines: Iterable[str]) -> list[str]:
        return [self.cleaned(_overwritten(line)).expandtabs() for line in lines]


def _overwritten(line: str) -> str:
    """What a progress bar leaves on the screen: the text after its last carriage return."""
    return line.rstrip("\r").rpartition("\r")[2]


@define
class StepOutput:
    """Both streams of the running step, and their last lines."""

    cleaned: Cleaner = stripped
    tail: deque[str] = field(factory=lambda: deque(maxlen=TAIL), init=False)
    _streams: dict[str, Lines] = field(factory=dict, init=False)

    def feed(self, stream: str, data: bytes) -> list[str]:
        lines = self._streams.setdefault(stream, Lines(self.cleaned)).feed(data)
        self.tail.extend(lines)
        return lines

    def finish(self) -> list[str]:
        lines = [line for stream in self._streams.values() for line in stream.finish()]
        self.tail.extend(lines)
        return lines
