"""System call numbers by machine, for the calls that we make or refuse by number.

From the kernel's arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h
(aarch64). A call that a machine does not have (open on aarch64) is absent there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

# From 424 on, new calls have one number on every machine.
_EVERYWHERE = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "fsconfig": 431,
    "fsmount": 432,
    "clone3": 435,
    "openat2": 437,
    "mount_setattr": 442,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
    "fchmodat2": 452,
}

_X86_64 = {
    "open": 2,
    "ioctl": 16,
    "socket": 41,
    "sendto": 44,
    "sendmsg": 46,
    "socketpair": 53,
    "setsockopt": 54,
    "clone": 56,
    "creat": 85,
    "chmod": 90,
    "fchmod": 91,
    "capset": 126,
    "mknod": 133,
    "pivot_root": 155,
    "mq_open": 240,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
    "openat": 257,
    "mknodat": 259,
    "fchmodat": 268,
    "unshare": 272,
    "prlimit64": 302,
    "sendmmsg": 307,
    "setns": 308,
    "seccomp": 317,
}

_AARCH64 = {
    "ioctl": 29,
    "mknodat": 33,
    "pivot_root": 41,
    "fchmod": 52,
    "fchmodat": 53,
    "openat": 56,
    "capset": 91,
    "unshare": 97,
    "socket": 198,
    "socketpair": 199,
    "mq_open": 180,
    "sendto": 206,
    "setsockopt": 208,
    "sendmsg": 211,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
    "clone": 220,
    "prlimit64": 261,
    "setns": 268,
    "sendmmsg": 269,
    "seccomp": 277,
}

BY_MACHINE: Mapping[str, Mapping[str, int]] = {
    "x86_64": {**_EVERYWHERE, **_X86_64},
    "aarch64": {**_EVERYWHERE, **_AARCH64},
}

MACHINE = os.uname().machine
"""What the kernel calls this machine; only the keys of BY_MACHINE are supported."""


def number(call: str) -> int:
    """This machine's number of a call; raises KeyError."""
    return BY_MACHINE[MACHINE][call]
