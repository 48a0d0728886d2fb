"""Guarantee 5: a jar ends completely, whatever its processes do to live on.

Each script is given a word to have in its command lines. None multiplies without an end.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from attack_record import Attack
from tenancies import Tenancy

_SECONDS = 10
_LOOKS = 5
"""Who is always another process may be missed by one look at /proc."""


@dataclass(frozen=True)
class _Process:
    """One with the mark; from proc_pid_stat(5) and proc_pid_status(5)."""

    pid: int
    session: int
    state: str
    ignored: int

    @property
    def is_stopped(self) -> bool:
        return self.state == "T"

    @property
    def is_deaf(self) -> bool:
        return bool(self.ignored & 1 << signal.SIGTERM - 1)


def _is_scattered(found: list[_Process]) -> bool:
    return len({process.session for process in found}) > 1


def fork_twice(tenancy: Tenancy) -> bool:
    """Becomes a daemon."""
    return _survives(tenancy, "(setsid sh -c 'sleep 60; : {mark}' &)", _is_scattered)


def ignore_signals(tenancy: Tenancy) -> bool:
    """Ignores every polite signal."""
    script = "sh -c 'trap \"\" TERM HUP INT QUIT; sleep 60; : {mark}' &"
    return _survives(tenancy, script, lambda found: any(p.is_deaf for p in found))


def be_stopped(tenancy: Tenancy) -> bool:
    """Is stopped, so that no signal but one reaches it."""
    script = "sh -c 'kill -STOP $$; : {mark}' &"
    return _survives(tenancy, script, lambda found: any(p.is_stopped for p in found))


STORM = """
import os, time
for generation in range(100):  # the last one stays
    if os.fork():
        time.sleep(0.3)  # or a busy machine has seen it go before anybody could look
        os._exit(0)
    os.setsid()
    time.sleep(0.03)
time.sleep(60)
"""


def fork_on(tenancy: Tenancy) -> bool:
    """Is always another process, in another session, than the one that is signalled."""
    return _survives(tenancy, f"python3 -c '{STORM}' {{mark}} &", _is_scattered)


CROWD = """
import os, time
for generation in range(5):  # 32 processes
    if os.fork() == 0:
        os.setsid()
time.sleep(60)
"""


def be_many(tenancy: Tenancy) -> bool:
    """Is many, each in a session of its own."""
    return _survives(tenancy, f"python3 -c '{CROWD}' {{mark}} &", _is_scattered)


def _survives(tenancy: Tenancy, script: str, has_begun: Callable[[list[_Process]], bool]) -> bool:
    """Whether anything with the mark is there when the tenant has left."""
    mark = f"mark-{os.urandom(8).hex()}"
    tenancy.start(f"{script.format(mark=mark)}\nsleep 60; : {mark}")
    deadline = time.monotonic() + _SECONDS
    while not has_begun(list(_living(mark))):
        assert time.monotonic() < deadline, "the attack did not start"
        time.sleep(0.01)
    tenancy.clear()
    left = [process for _ in range(_LOOKS) for process in _living(mark)]
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    return bool(left)


def _living(mark: str) -> Iterator[_Process]:
    """The newest first: what forks on may have ended before its turn comes."""
    folders = Path("/proc").glob("[0-9]*")
    for folder in sorted(folders, key=lambda folder: int(folder.name), reverse=True):
        with suppress(OSError):
            is_ours = int(folder.name) != os.getpid()
            if is_ours and mark.encode() in (folder / "cmdline").read_bytes():
                yield _process(folder)


def _process(folder: Path) -> _Process:
    state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
    lines = (folder / "status").read_text().splitlines()
    (ignored,) = [line.split()[1] for line in lines if line.startswith("SigIgn:")]
    return _Process(int(folder.name), int(session), state, int(ignored, 16))


PLOTS = (
    Attack(fork_twice, 5),
    Attack(ignore_signals, 5),
    Attack(be_stopped, 5),
    Attack(fork_on, 5),
    Attack(be_many, 5),
)
