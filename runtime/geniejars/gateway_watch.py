"""Keeps a gateway at an agent that needs one, whatever becomes of the gateway.

The line to it shows its end. A server that finds an agent finds its gateway, too.

    state     event                        next
    missing   agent held                   watched: the one that runs, or a new one
    watched   gateway ended, agent lives   watched: a new one; missing after several short lives
    missing   a command opens the jar      watched
    any       agent ended                  --

Meanwhile the jar has no network: what its programs ask of their proxy waits, and its ports refuse.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from selectors import EVENT_READ, BaseSelector

from attrs import define

SHORT_LIFE = 5.0
"""Seconds. MOST_SHORT_LIVES of them in a row, and a gateway is not made by itself again."""

MOST_SHORT_LIVES = 3

Reach = Callable[[bool], socket.socket]
"""A line that ends with the gateway; told whether it is started in place of one that ended."""


@define(eq=False)
class GatewayWatch:
    """`agent` is the agent's pidfd, and the caller's."""

    selector: BaseSelector
    log: Callable[[str], None]
    agent: int
    reach: Reach
    _line: socket.socket | None = None
    _since: float = 0.0
    _short_lives: int = 0

    def see_to_it(self, *, again: bool = False) -> None:
        """A gateway runs then, or is just starting."""
        if self._line is not None:
            return
        try:
            self._line, self._since = self.reach(again), time.monotonic()
        except OSError as error:
            self.log(f"its gateway cannot be started: {error}")
            return
        self.selector.register(self._line, EVENT_READ, self._ended)

    def leave(self) -> None:
        if self._line is not None:
            self.selector.unregister(self._line)
            self._line.close()
            self._line = None

    def _ended(self) -> None:
        self.leave()
        if select.select([self.agent], [], [], 0)[0]:
            return
        is_short = time.monotonic() - self._since < SHORT_LIFE
        self._short_lives = self._short_lives + 1 if is_short else 0
        if self._short_lives < MOST_SHORT_LIVES:
            self.log("its gateway ended, and is started again")
            self.see_to_it(again=True)
        else:
            self.log("its gateway keeps ending; the next command tries another one")
