"""Carries a log to the manager through a pipe, at the speed at which it is read."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass

from genieagent.applog import LogReader
from genieagent.layout import Layout
from genieagent.run import ManagerGoneError
from genieagent.wire import Channel, Message

_FOLLOW_MILLISECONDS = 200
"""How often a log that is followed is looked at: soon for a reader, seldom for a processor."""


def serve_log(layout: Layout, channel: Channel, request: Message) -> None:
    """From the request to its final answer; raises ManagerGoneError."""
    reader = LogReader(layout.log, request["lines"])
    out, into = os.pipe()
    try:
        channel.send("piped", [out])
        os.close(out)
        os.set_blocking(into, False)
        _Stream(reader, channel, into).run(follow=request["follow"])
    except BrokenPipeError:
        pass  # the reader has had enough
    finally:
        os.close(into)
        reader.close()
    channel.send("done")


@dataclass
class _Stream:
    reader: LogReader
    channel: Channel
    pipe: int

    def run(self, *, follow: bool) -> None:
        while (data := self.reader.read()) or follow:
            while data:
                self._wait_for_room()
                data = data[os.write(self.pipe, data) :]
            # An event of its own accord is POLLERR: nobody reads any more.
            if follow and self._wait(0, _FOLLOW_MILLISECONDS):
                return

    def _wait_for_room(self) -> None:
        while not self._wait(select.POLLOUT, None):
            pass

    def _wait(self, event: int, milliseconds: int | None) -> bool:
        """True when the pipe is ready for what it is waited for."""
        poll = select.poll()
        poll.register(self.pipe, event)
        poll.register(self.channel, select.POLLIN)
        ready = dict(poll.poll(milliseconds))
        if self.channel.fileno() in ready and not self.channel.receive_some():
            raise ManagerGoneError
        return self.pipe in ready
