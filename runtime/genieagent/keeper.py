"""Who ends a jar where there is no pid namespace: a parent of its agent that lets nothing get away.

It adopts every orphan of the jar, so all of the jar's processes are below it. When the agent has
ended, or the zygote's end of the lifeline is closed, it kills until it has no child left. It is
outside the jar's Landlock domain and has the agent's ids: nothing inside can signal it.
"""

from __future__ import annotations

import os
import select
import socket

from genieagent import offspring, syscalls

END_SECONDS = 30.0
"""What is still there then waits for a disk or a network that is gone."""


def keep(agent: int, lifeline: socket.socket) -> None:
    """Returns when the agent and everything that came from it has ended."""
    syscalls.adopt_orphans()
    waiting = select.poll()
    waiting.register(os.pidfd_open(agent), select.POLLIN)
    waiting.register(lifeline, select.POLLHUP)
    waiting.poll()
    offspring.end_all_below(END_SECONDS)
