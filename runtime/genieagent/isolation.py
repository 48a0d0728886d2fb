"""How a process is closed in, as data: a list of operations that can be printed and tested.

blueprint.py writes such lists, confine.py walks them. Nothing here touches the system.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from genieagent.landlock import Access, Allow
from genieagent.seccomp import Deny

MountFlags = frozenset[str]
"""Of "ro", "nosuid", "nodev", "noexec"."""


class Identity(NamedTuple):
    """Which file a path must lead to: nobody may have put another one there since."""

    device: int
    inode: int


class Triple(NamedTuple):
    """The three ids of a process."""

    real: int
    effective: int
    saved: int


@dataclass(frozen=True)
class Unshare:
    """Leave namespaces: of "mount", "pid", "ipc", "uts", "cgroup", "net". A new pid namespace
    is entered by the next child."""

    namespaces: tuple[str, ...]


@dataclass(frozen=True)
class JoinGroup:
    """Become part of a control group; before its namespace is left."""

    path: str


@dataclass(frozen=True)
class BeginRoot:
    """Cut mount propagation and start an empty root; later targets are below it."""


@dataclass(frozen=True)
class MakeDirectory:
    target: str
    mode: int = 0o755


@dataclass(frozen=True)
class MakeText:
    """A small file that only this jar has."""

    target: str
    content: bytes


@dataclass(frozen=True)
class MakeSymlink:
    target: str
    to: str


@dataclass(frozen=True)
class Bind:
    """Show `source` of the old root, with what is mounted below it.

    Where `seeker` is given the source is looked for with the rights of these user and group ids.
    """

    source: str
    target: str
    flags: MountFlags
    identity: Identity | None = None
    seeker: tuple[int, int] | None = None


@dataclass(frozen=True)
class Attach:
    """Show a detached mount, of which only the descriptor is known."""

    mount: int
    target: str
    flags: MountFlags


@dataclass(frozen=True)
class Mount:
    """A new file system of its own."""

    kind: str
    target: str
    options: tuple[tuple[str, str], ...]
    flags: MountFlags


@dataclass(frozen=True)
class EnterRoot:
    """Make the root read-only (not what is mounted in it), enter it, let the old one go."""


@dataclass(frozen=True)
class HostName:
    name: str


@dataclass(frozen=True)
class RaiseLoopback:
    """Bring up `lo` in a new network namespace."""


class IdMap(NamedTuple):
    """Ids inside for ids outside, from these on."""

    inside: int
    outside: int
    length: int = 1


@dataclass(frozen=True)
class EnterUserNamespace:
    """A user namespace of the jar's own; the zygote writes its maps."""

    uids: tuple[IdMap, ...]
    gids: tuple[IdMap, ...]


@dataclass(frozen=True)
class SetIds:
    """Group ids first: the right to change them goes with the user ids.

    `groups` are the supplementary ones; None leaves them as they are.
    """

    uids: Triple
    gids: Triple
    groups: tuple[int, ...] | None


@dataclass(frozen=True)
class DropCapabilities:
    pass


@dataclass(frozen=True)
class NoNewPrivileges:
    pass


@dataclass(frozen=True)
class Undumpable:
    """Nobody of the same id may trace it or open its /proc files. After SetIds."""


@dataclass(frozen=True)
class DieWithParent:
    """After SetIds, which undoes it."""


@dataclass(frozen=True)
class Limit:
    """A resource limit: "core" or "nproc"."""

    resource: str
    value: int


@dataclass(frozen=True)
class ResetSignals:
    """Default dispositions and an empty mask: an interpreter ignores some and exec keeps that."""


@dataclass(frozen=True)
class Umask:
    mask: int


@dataclass(frozen=True)
class Landlock:
    """Of the rights in `handled` only what `rules` allow is left; scopes are closed outwards.

    `ports`: the TCP ports that may be bound; None leaves them open.
    """

    handled: Access
    rules: tuple[Allow, ...]
    scopes: Access
    ports: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Seccomp:
    rules: tuple[Deny, ...]


Operation = (
    Unshare
    | JoinGroup
    | BeginRoot
    | MakeDirectory
    | MakeText
    | MakeSymlink
    | Bind
    | Attach
    | Mount
    | EnterRoot
    | HostName
    | RaiseLoopback
    | EnterUserNamespace
    | SetIds
    | DropCapabilities
    | NoNewPrivileges
    | Undumpable
    | DieWithParent
    | Limit
    | ResetSignals
    | Umask
    | Landlock
    | Seccomp
)


@dataclass(frozen=True)
class Isolation:
    """Operations in the order in which they are applied; printed one a line."""

    operations: tuple[Operation, ...]

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def __str__(self) -> str:
        return "\n".join(map(repr, self.operations))
