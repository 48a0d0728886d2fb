"""Landlock's access rights, and which of them each ABI knows. Data only; confine.py applies it.

From linux/landlock.h and https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Access = frozenset[str]

# Each right with its bit's place and the ABI that brought it.
_FILE_RIGHTS = {
    "execute": (0, 1),
    "write_file": (1, 1),
    "read_file": (2, 1),
    "read_dir": (3, 1),
    "remove_dir": (4, 1),
    "remove_file": (5, 1),
    "make_char": (6, 1),
    "make_dir": (7, 1),
    "make_reg": (8, 1),
    "make_sock": (9, 1),
    "make_fifo": (10, 1),
    "make_block": (11, 1),
    "make_sym": (12, 1),
    "refer": (13, 2),
    "truncate": (14, 3),
    "ioctl_dev": (15, 5),
}
_SCOPES = {"abstract_sockets": (0, 6), "signals": (1, 6)}

RENAME_ABI = 2
"""Below it any Landlock domain forbids to rename or link from one folder to another."""
TRUNCATE_ABI = 3
PORTS_ABI = 4
"""The first that can hold TCP ports; never UDP, and never what the kernel picks for `listen`."""
SCOPES_ABI = 6

ANY_FREE_PORT = 0
"""Bound to, it lets the kernel pick one: half of all tools need that."""

READ: Access = frozenset({"execute", "read_file", "read_dir"})
WRITE: Access = frozenset(_FILE_RIGHTS) - READ - {"make_char", "make_block"}
CHANGE: Access = frozenset({"write_file", "truncate", "ioctl_dev"})
"""Write to what is there, make and remove nothing: for devices and /proc."""

_OF_FILES: Access = frozenset({"execute", "write_file", "read_file", "truncate", "ioctl_dev"})


@dataclass(frozen=True)
class Allow:
    """`access` to `path` and all below it. A path that does not exist is passed over."""

    path: str
    access: Access


def known_rights(abi: int) -> Access:
    return frozenset(right for right, (_, since) in _FILE_RIGHTS.items() if since <= abi)


def known_scopes(abi: int) -> Access:
    return frozenset(scope for scope, (_, since) in _SCOPES.items() if since <= abi)


def bits(names: Iterable[str]) -> int:
    """The kernel's number for rights or for scopes (never both at once)."""
    places = {**_FILE_RIGHTS, **_SCOPES}
    return sum(1 << places[name][0] for name in names)


def for_a_file(access: Access) -> Access:
    """What may be granted where the rule's path is no folder: the kernel refuses the rest."""
    return access & _OF_FILES
