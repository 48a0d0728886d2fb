"""What a jar leaves on the machine where it has no namespaces: processes, shared memory, IPC.

Everything is done by a child that has become the jar's agent, whose ids reach the jar's processes
and files and nobody else's.
"""

# ruff: noqa: PTH208 - pathlib knows no descriptors.

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from genieagent import folders, syscalls
from genieagent.children import fork_child
from genieagent.jar_folder import Owners

_FILES = ("/dev/shm", "/dev/mqueue")  # noqa: S108
_IPC = {
    "shm": ("shmid", syscalls.remove_shared_memory),
    "sem": ("semid", syscalls.remove_semaphores),
    "msg": ("msqid", syscalls.remove_message_queue),
}
_PAUSE = 0.005
_ATTEMPTS = 2000
"""Ten seconds: what is still there then waits for a disk or a network that is gone."""


def end_processes(owners: Owners) -> None:
    """Returns when no process of the jar's is left, or some cannot be ended."""
    _as_agent(owners, _end_all)


def clear(owners: Owners) -> None:
    """Shared memory, semaphores and message queues of the jar's are gone then."""
    _as_agent(owners, _clear_files, _clear_ipc)


def _as_agent(owners: Owners, *work: Callable[[Owners], None]) -> None:
    def do() -> None:
        _become(owners)
        for part in work:
            part(owners)

    os.waitpid(fork_child(do, keep=()), 0)


def _become(owners: Owners) -> None:
    os.setgroups([])
    os.setresgid(owners.workload, owners.workload, owners.workload)
    os.setresuid(owners.agent, owners.workload, owners.agent)


def _end_all(owners: Owners) -> None:
    """kill(2): -1 is every process that we may signal, but ourselves, at one instant."""
    for _ in range(_ATTEMPTS):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(-1, signal.SIGKILL)
        if not any(_living({owners.workload, owners.agent})):
            return
        time.sleep(_PAUSE)


def _living(uids: set[int]) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, KeyError):
            lines = (folder / "status").read_text(errors="replace").splitlines()
            values = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
            pid, is_dead = int(folder.name), values["State"].startswith(("Z", "X"))
            if pid != os.getpid() and not is_dead and int(values["Uid"].split()[0]) in uids:
                yield pid


def _clear_files(owners: Owners) -> None:
    for place in _FILES:
        with suppress(FileNotFoundError), folders.opened(place) as folder:
            for name in os.listdir(folder):
                _clear_file(folder, name, owners)


def _clear_file(folder: int, name: str, owners: Owners) -> None:
    with suppress(OSError):
        if os.stat(name, dir_fd=folder, follow_symlinks=False).st_uid == owners.workload:
            folders.remove_any(folder, name)


def _clear_ipc(owners: Owners) -> None:
    for kind, (name, remove) in _IPC.items():
        for entry in _ipc_table(kind):
            if int(entry["uid"]) == owners.workload:
                with suppress(OSError):
                    remove(int(entry[name]))


def _ipc_table(kind: str) -> Iterator[dict[str, str]]:
    """proc_sysvipc(5): a line of names, then a line of values for each object."""
    with suppress(OSError):
        names, *lines = Path("/proc/sysvipc", kind).read_text().splitlines()
        yield from (dict(zip(names.split(), line.split(), strict=False)) for line in lines)
