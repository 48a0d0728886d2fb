"""The user namespace that an ordinary user's zygote lives in: there it has root's rights over ids.

With a subordinate range its own id is 0 and the range is 1 and up; without one, only 0.
"""

from __future__ import annotations

import os
import pwd
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from genieagent import syscalls
from genieagent.children import fork_child
from genieagent.obstacles import Part

NEWUIDMAP, NEWGIDMAP = "/usr/bin/newuidmap", "/usr/bin/newgidmap"
SUBUID, SUBGID = "/etc/subuid", "/etc/subgid"


class NamespaceError(Exception):
    """The user namespace cannot be had."""

    def __init__(self, part: Part, message: str):
        super().__init__(message)
        self.part = part
        self.message = message


@dataclass(frozen=True)
class Range:
    first: int
    count: int


@dataclass(frozen=True)
class Ranges:
    """The subordinate ids of one user."""

    uids: Range
    gids: Range


def subordinate_ranges(uid: int) -> Ranges:
    """Raises NamespaceError where the programs or the ranges are missing."""
    for program in (NEWUIDMAP, NEWGIDMAP):
        if not os.access(program, os.X_OK):
            raise NamespaceError("programs", f"{program} is not installed")
    user = _user_name(uid)
    return Ranges(_largest_range(SUBUID, user, uid), _largest_range(SUBGID, user, uid))


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _largest_range(file: str, user: str, uid: int) -> Range:
    ranges = [ids for name, ids in _ranges(file) if name in (user, str(uid))]
    if not ranges:
        raise NamespaceError("range", f"{file} has no range for user {user}")
    return max(ranges, key=lambda ids: ids.count)


def _ranges(file: str) -> Iterator[tuple[str, Range]]:
    """subuid(5): lines of user:first:count."""
    for line in Path(file).read_text().splitlines() if Path(file).exists() else ():
        match line.strip().split(":"):
            case [name, first, count] if first.isdecimal() and count.isdecimal():
                yield name, Range(int(first), int(count))


def enter_with_ranges(ranges: Ranges) -> None:
    """Become 0 in a new user namespace that has the ranges too; raises NamespaceError.

    A child left behind in the old namespace calls the set-uid programs: from inside they have no
    rights over it.
    """
    uid, gid, pid = os.getuid(), os.getgid(), os.getpid()
    ours, theirs = socket.socketpair()
    helper = fork_child(partial(_map_when_told, theirs, pid, uid, gid, ranges), [theirs.fileno()])
    theirs.close()
    try:
        _unshare_user()
        ours.send(b"!")
    finally:
        failure = _wait_for_helper(helper, ours)
    if failure:
        raise NamespaceError("maps", failure)
    _become_zero()
    os.setgroups([])


def _map_when_told(told: socket.socket, pid: int, uid: int, gid: int, ranges: Ranges) -> None:
    if not told.recv(1):
        return
    os.dup2(told.fileno(), 2)
    for program, own, range_ in ((NEWUIDMAP, uid, ranges.uids), (NEWGIDMAP, gid, ranges.gids)):
        words = (pid, 0, own, 1, 1, range_.first, range_.count)
        child = os.posix_spawn(program, [program, *map(str, words)], {})
        if os.waitpid(child, 0)[1] != 0:
            raise NamespaceError("maps", f"{program} failed")


def _wait_for_helper(helper: int, ours: socket.socket) -> str:
    """Why the maps were not written, as the programs say it on their standard error."""
    ours.shutdown(socket.SHUT_WR)
    _, status = os.waitpid(helper, 0)
    said = ours.recv(4096).decode(errors="replace").strip()
    ours.close()
    return said or "newuidmap or newgidmap failed" if status != 0 else ""


def enter_alone() -> None:
    """Become 0 in a new user namespace that has no other id; raises NamespaceError."""
    uid, gid = os.getuid(), os.getgid()
    _unshare_user()
    # user_namespaces(7): without rights outside, the group map is taken only after this.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    _become_zero()


def _unshare_user() -> None:
    try:
        syscalls.unshare(syscalls.CLONE_NEWUSER)
    except OSError as error:
        raise NamespaceError("namespaces", f"new user namespace: {error.strerror}") from error


def _become_zero() -> None:
    """The change of ids makes a process undumpable, and then its children's maps are not its
    own to write."""
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    syscalls.set_dumpable(True)
