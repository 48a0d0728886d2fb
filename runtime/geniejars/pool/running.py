"""The zygote of a pool that runs, if any, as root sees it."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
from contextlib import suppress
from pathlib import Path

from genieagent.daemon import LOCK
from geniejars.errors import MachineError
from geniejars.sockets import ZYGOTE, connect_to
from geniejars.zygote_link import ZygoteLink

END_SECONDS = 15.0


def count_agents(run: Path) -> int | None:
    """How many agents the zygote has; None where there is no zygote."""
    try:
        link = ZygoteLink(connect_to(run, ZYGOTE, socket.SOCK_SEQPACKET))
    except OSError:
        return None
    try:
        _, agents = link.list()
    except MachineError:  # it refuses, or was leaving: no jar runs
        return 0
    finally:
        link.close()
    for agent in agents:
        agent.listener.close()
    return len(agents)


def end_zygote(run: Path) -> None:
    """Its end ends its jars; raises MachineError where it does not end."""
    pid = _holder(run / LOCK)
    if pid is None:
        return
    with suppress(ProcessLookupError):
        watched = os.pidfd_open(pid)
        try:
            signal.pidfd_send_signal(watched, signal.SIGKILL)
            if not select.select([watched], [], [], END_SECONDS)[0]:
                raise MachineError(f"process {pid}, which makes the pool's jars, does not end")
        finally:
            os.close(watched)


def _holder(lock: Path) -> int | None:
    """Who holds it wrote its pid there; None where nobody does."""
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(descriptor, 32))
    finally:
        os.close(descriptor)
    return None
