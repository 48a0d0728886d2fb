"""Passes output on to a reader who may be slow or gone, and never waits for one."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

MOST_WAITING = 1024 * 1024
"""Bytes kept for a slow reader; what comes while they are full is left out and counted."""


@dataclass
class Copy:
    """One pipe's writing end, which it owns."""

    descriptor: int
    most_waiting: int = MOST_WAITING
    is_closed: bool = field(default=False, init=False)
    _waiting: bytearray = field(default_factory=bytearray, init=False)
    _left_out: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        os.set_blocking(self.descriptor, False)

    @property
    def is_waiting(self) -> bool:
        """True where `pass_on` should be called when the pipe takes more."""
        return bool(self._waiting) and not self.is_closed

    def take(self, data: bytes) -> None:
        if len(self._waiting) + len(data) > self.most_waiting:
            self._left_out += len(data)
        else:
            self._waiting += data
        self.pass_on()

    def pass_on(self) -> None:
        """As much as the pipe takes now."""
        try:
            while self._waiting and not self.is_closed:
                del self._waiting[: os.write(self.descriptor, self._waiting)]
                self._tell_what_is_left_out()
        except BlockingIOError:
            return
        except OSError:  # nobody reads it any more
            self.close()

    def close(self) -> None:
        if not self.is_closed:
            os.close(self.descriptor)
            self.is_closed = True

    def _tell_what_is_left_out(self) -> None:
        if self._left_out and not self._waiting:
            self._waiting += b"\n[%d bytes left out here; the log has them]\n" % self._left_out
            self._left_out = 0
