"""A folder of the manager's in a jar: by which means, and what a blueprint needs to show it.

    who makes jars                     means
    root, for the manager or itself    an idmapped mount: the jar's id is the manager's on disk
    root, where that cannot be made    access control lists, and what the jar makes is handed over
    an ordinary user, jars with ids    the same
    jars with the manager's own id     nothing

What comes from outside is a descriptor that the manager could open, never a path.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from genieagent import syscalls
from genieagent.children import fork_child
from genieagent.conditions import Conditions
from genieagent.folders import identity
from genieagent.isolation import IdMap
from genieagent.launcher import write_maps
from genieagent.orders import Share
from genieagent.view import Shown

_END_OF_IDS = 0xFFFFFFFF


@contextmanager
def shown(
    conditions: Conditions, number: int, shares: Sequence[Share], folders: Sequence[int]
) -> Iterator[tuple[Shown, ...]]:
    """The mounts are closed at the end; whoever forks meanwhile keeps them. Raises OSError."""
    with ExitStack() as mounts:
        yield tuple(
            _shown(conditions, number, share, folder, mounts)
            for share, folder in zip(shares, folders, strict=True)
        )


def needs_list(conditions: Conditions, number: int, folder: int) -> bool:
    """Whether the jar's id gets at the folder by an access control list."""
    if not conditions.has_own_ids:
        return False
    mount = _idmapped(conditions, number, folder) if conditions.may_map_mounts else None
    if mount is not None:
        os.close(mount)
    return mount is None


def any_foreign(conditions: Conditions, shares: Iterable[Shown]) -> bool:
    """Whether one belongs to another id than the jar's, as the jar sees it."""
    return conditions.has_own_ids and any(share.mount is None for share in shares)


def own_group(conditions: Conditions) -> int:
    """The group that the manager's files have: of a pool it is not the one that opens homes."""
    login = conditions.facts.login_gid
    return conditions.manager_gid if login is None else login


def _exchanged(managers: int, jars: int) -> tuple[IdMap, ...]:
    """On disk the manager's id is the jar's in the mount; every other id is itself, for nobody may
    write to a file of an id that has no place in the map."""
    low, high = sorted((managers, jars))
    spans = ((0, low), (low + 1, high), (high + 1, _END_OF_IDS))
    others = (IdMap(first, first, end - first) for first, end in spans if first < end)
    return IdMap(managers, jars), *others


def _shown(
    conditions: Conditions, number: int, share: Share, folder: int, mounts: ExitStack
) -> Shown:
    mount = None
    if conditions.may_map_mounts:
        mount = _idmapped(conditions, number, folder)
    if mount is not None:
        mounts.callback(os.close, mount)
    source = os.readlink(f"/proc/self/fd/{folder}")  # noqa: PTH115
    return Shown(share.target, share.writable, source, identity(os.fstat(folder)), mount)


def _idmapped(conditions: Conditions, number: int, folder: int) -> int | None:
    """A mount in which the manager's files are the jar's; None where the file system cannot.

    mount_setattr(2): on disk is what is inside in the namespace, in the mount what is outside. The
    group is the folder's: in a pool that is seldom the one that jars are managed by.
    """
    workload = conditions.jar_ids(number).workload
    mount = syscalls.open_tree("", folder=folder)
    try:
        with _namespace(
            uids=_exchanged(conditions.manager_uid, workload),
            gids=_exchanged(own_group(conditions), workload),
        ) as namespace:
            syscalls.map_mount_ids(mount, namespace)
    except OSError:
        os.close(mount)
        return None
    return mount


@contextmanager
def _namespace(uids: tuple[IdMap, ...], gids: tuple[IdMap, ...]) -> Iterator[int]:
    """A user namespace that is only a pair of maps."""
    ours, theirs = socket.socketpair()
    holder = fork_child(lambda: _hold_namespace(theirs), keep=[theirs.fileno()])
    theirs.close()
    with ours:
        ours.recv(1)
        write_maps(holder, uids, gids)
        namespace = os.open(f"/proc/{holder}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    os.waitpid(holder, 0)
    try:
        yield namespace
    finally:
        os.close(namespace)


def _hold_namespace(zygote: socket.socket) -> None:
    syscalls.unshare(syscalls.CLONE_NEWUSER)
    zygote.send(b"!")
    zygote.recv(1)  # until its end is closed
