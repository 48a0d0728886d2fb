"""A pool's zygote: started as root, without arguments, by sudo's one rule or by systemd.

Whoever starts it chooses nothing: the facts are root's, and so is every folder it uses. It takes a
lock, makes its socket below /run, and goes on by itself.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from genieagent import startup, zygote
from genieagent.agent import serve
from genieagent.facts import BadFactsError, Facts, read_facts

FOREGROUND = "--foreground"
"""The only argument, which the unit gives and the sudo rule does not allow."""

LOCK, LOG, SOCKET = "lock", "zygote.log", "zygote.sock"
_SYSTEMD = "/run/systemd/system"  # sd_booted(3)
_SYSTEMCTL = "/usr/bin/systemctl"
_STDERR = 2
_LOCK_DESCRIPTOR = zygote.CONTROL + 1
_BACKLOG = 64


def main(facts_path: str, words: Sequence[str]) -> None:
    """Returns at once where a zygote of this pool runs already."""
    if list(words) not in ([], [FOREGROUND]):
        sys.exit("this program takes no arguments")
    _become_root()
    facts = _facts(facts_path)
    if not words and facts.unit is not None and Path(_SYSTEMD).is_dir():
        _start_unit(facts.unit)
    run = _run_folder(facts)
    if not _take_lock(run):
        return
    _listen(run, facts.manager_uid)
    if words:
        _tell_systemd()
    else:
        _detach(run)
    os.pwrite(_LOCK_DESCRIPTOR, b"%-10d" % os.getpid(), 0)  # for `uninstall`
    os.environ.clear()
    startup.give_up_importing()
    zygote.main(facts_path, serve)


def _become_root() -> None:
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    startup.become_plain(kept=zygote.CONTROL)
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def _facts(path: str) -> Facts:
    try:
        return read_facts(path)
    except BadFactsError as error:
        sys.exit(f"{error}; `geniejars setup` writes it anew")


def _start_unit(unit: str) -> NoReturn:
    os.execve(_SYSTEMCTL, [_SYSTEMCTL, "start", unit], {})  # noqa: S606 - without a shell


def _run_folder(facts: Facts) -> Path:
    """Root's, and passable: the manager's right is that over the socket."""
    assert facts.run is not None
    run = Path(facts.run)
    for folder, mode in ((run.parent, 0o755), (run, 0o711)):
        with suppress(FileExistsError):
            folder.mkdir(mode)
        found = folder.lstat()
        if found.st_uid != 0 or found.st_mode & 0o022 or folder.is_symlink():
            sys.exit(f"{folder} can be changed by others than root")
    return run


def _take_lock(run: Path) -> bool:
    """It is held until this process ends; False where another one has it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    lock = _moved(os.open(run / LOCK, flags, 0o600), _LOCK_DESCRIPTOR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _moved(descriptor: int, to: int) -> int:
    if descriptor != to:
        os.dup2(descriptor, to, inheritable=False)
        os.close(descriptor)
    return to


def _listen(run: Path, manager_uid: int) -> None:
    """At a socket that only the manager may connect to, as the descriptor that zygotes have."""
    path = run / SOCKET
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    before = os.umask(0o177)
    listener.bind(str(path))
    os.umask(before)
    os.chown(path, manager_uid, 0)
    listener.listen(_BACKLOG)
    _moved(listener.detach(), zygote.CONTROL)


def _detach(run: Path) -> None:
    """Whoever connects from now on waits in the socket, so the starter need not."""
    if os.fork():
        os._exit(0)
    os.setsid()
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    _moved(os.open(run / LOG, flags, 0o644), _STDERR)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _tell_systemd() -> None:
    """sd_notify(3)"""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
            notifier.sendto(b"READY=1", address.replace("@", "\0", 1))
