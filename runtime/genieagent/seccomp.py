"""Which system calls a jar is refused, as data, and the assembler that makes a BPF filter of it.

A deny list: what is not named is allowed. Arguments are compared by their low 32 bits only: the
kernel takes ioctl numbers, flags, modes and families as 32-bit values, so a rule that looked at
64 bits could be walked past by setting a high one.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from genieagent.call_numbers import BY_MACHINE

ALL_BITS = 0xFFFFFFFF


@dataclass(frozen=True)
class Argument:
    """True when argument `index`, under `mask`, is one of `values` (`inverse`: is none)."""

    index: int
    values: tuple[int, ...]
    mask: int = ALL_BITS
    inverse: bool = False


@dataclass(frozen=True)
class Deny:
    """The call fails with `code` when all of `when` hold."""

    call: str
    code: int
    when: tuple[Argument, ...] = ()


def _any_bit(index: int, bits: int) -> Argument:
    return Argument(index, (0,), mask=bits, inverse=True)


_CLONE_NEWUSER = 0x10000000
_USER_NAMESPACES = (
    Deny("unshare", errno.EPERM, (_any_bit(0, _CLONE_NEWUSER),)),
    Deny("clone", errno.EPERM, (_any_bit(0, _CLONE_NEWUSER),)),
    # Its flags lie behind a pointer that a filter cannot follow. Not EPERM: glibc takes only
    # ENOSYS as a reason to make its threads by clone.
    Deny("clone3", errno.ENOSYS),
)

_KEYRINGS = tuple(Deny(call, errno.ENOSYS) for call in ("add_key", "request_key", "keyctl"))

# A ring does what no filter sees: opens, connects, sends.
_RINGS = tuple(
    Deny(call, errno.ENOSYS) for call in ("io_uring_setup", "io_uring_enter", "io_uring_register")
)

_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_TERMINAL_INJECTION = (Deny("ioctl", errno.EPERM, (Argument(1, (_TIOCSTI, _TIOCLINUX)),)),)

# A first packet that carries data connects without connect(2), past Landlock's port rules.
_MSG_FASTOPEN = 0x20000000
_IPPROTO_TCP, _TCP_FASTOPEN, _TCP_FASTOPEN_CONNECT = 6, 23, 30
_FAST_OPEN = (
    Deny("sendto", errno.EOPNOTSUPP, (_any_bit(3, _MSG_FASTOPEN),)),
    Deny("sendmsg", errno.EOPNOTSUPP, (_any_bit(2, _MSG_FASTOPEN),)),
    Deny("sendmmsg", errno.EOPNOTSUPP, (_any_bit(3, _MSG_FASTOPEN),)),
    Deny(
        "setsockopt",
        errno.EOPNOTSUPP,
        (
            Argument(1, (_IPPROTO_TCP,)),
            Argument(2, (_TCP_FASTOPEN, _TCP_FASTOPEN_CONNECT)),
        ),
    ),
)

_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_FAMILIES = (_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK)
_SCTP, _UDP_LITE, _SMC, _MPTCP = 132, 136, 256, 262
_SOCKETS = (
    Deny("socket", errno.EAFNOSUPPORT, (Argument(0, _FAMILIES, inverse=True),)),
    Deny("socket", errno.EPROTONOSUPPORT, (Argument(2, (_SCTP, _UDP_LITE, _SMC, _MPTCP)),)),
    Deny("socketpair", errno.EAFNOSUPPORT, (Argument(0, _FAMILIES, inverse=True),)),
)

NESTED_JAR_RULES = (
    *_KEYRINGS,
    *_RINGS,
    *_TERMINAL_INJECTION,
    *_FAST_OPEN,
    *_SOCKETS,
)
"""Where another sandbox is to work inside, which makes user namespaces of its own."""

JAR_RULES = (*_USER_NAMESPACES, *NESTED_JAR_RULES)
"""What nobody in a jar may do, the agent included."""

MACHINE_IPC_RULES = (Deny("mq_open", errno.ENOSYS),)
"""What nobody may do in a jar that has the machine's IPC: only a mounted /dev/mqueue shows what is
left of it, and few machines have one."""

_SET_USER_ID_BIT, _SET_GROUP_ID_BIT = 0o4000, 0o2000
_SET_ID_BITS = _SET_USER_ID_BIT | _SET_GROUP_ID_BIT
_CREATES = 0o100 | 0o20000000  # O_CREAT, __O_TMPFILE


def _no_chmod(bits: int) -> tuple[Deny, ...]:
    return (
        Deny("chmod", errno.EPERM, (_any_bit(1, bits),)),
        Deny("fchmod", errno.EPERM, (_any_bit(1, bits),)),
        Deny("fchmodat", errno.EPERM, (_any_bit(2, bits),)),
        Deny("fchmodat2", errno.EPERM, (_any_bit(2, bits),)),
    )


_NO_SET_ID_FILES = (
    Deny("creat", errno.EPERM, (_any_bit(1, _SET_ID_BITS),)),
    # Without a flag that creates, the mode is whatever lay in the register.
    Deny("open", errno.EPERM, (_any_bit(1, _CREATES), _any_bit(2, _SET_ID_BITS))),
    Deny("openat", errno.EPERM, (_any_bit(2, _CREATES), _any_bit(3, _SET_ID_BITS))),
    # The mode lies behind a pointer; every program that uses it has a way without.
    Deny("openat2", errno.ENOSYS),
    Deny("mknod", errno.EPERM, (_any_bit(1, _SET_ID_BITS),)),
    Deny("mknodat", errno.EPERM, (_any_bit(2, _SET_ID_BITS),)),
)

SHARED_ID_RULES = (
    Deny("prlimit64", errno.EPERM, (Argument(0, (0,), inverse=True),)),
    # Not the group's bit: folders of a home have it, and chmod(1) repeats it there; a filter
    # cannot tell them from files.
    *_no_chmod(_SET_USER_ID_BIT),
    *_NO_SET_ID_FILES,
)
"""What a workload that has its agent's own id may not do besides."""

SHARE_RULES = (*_no_chmod(_SET_ID_BITS), *_NO_SET_ID_FILES)
"""Where the jar may write in a folder of the manager's: what is nosuid inside may be run outside.
With the group's bit, so that chmod(1) fails on folders of the home in such a jar."""

_SOCK_STREAM, _SOCK_SEQPACKET, _TYPE_BITS = 1, 5, 0xF
SAME_USER_SOCKET_RULES = (
    # An address lies behind a pointer, so connecting cannot be refused, only having the socket.
    Deny("socket", errno.EACCES, (Argument(0, (_AF_UNIX,)),)),
    # Pairs stay, but for datagrams: one end of those may be connected anew.
    Deny(
        "socketpair",
        errno.EACCES,
        (Argument(1, (_SOCK_STREAM, _SOCK_SEQPACKET), mask=_TYPE_BITS, inverse=True),),
    ),
)
"""What keeps a workload from the UNIX sockets of a user it shares the file system with."""


# linux/bpf_common.h, linux/seccomp.h, linux/audit.h
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_JUMP_EQUAL, _JUMP_AT_LEAST = 0x15, 0x35
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_CALL_OFFSET, _ABI_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16
_ABI = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_CALLS = 0x40000000

Program = list[tuple[int, int, int, int]]


def assemble(rules: Iterable[Deny], machine: str) -> bytes:
    """The filter for seccomp(2) as an array of struct sock_filter.

    Rules for calls that the machine does not have are left out.
    """
    numbers = BY_MACHINE[machine]
    ordered = sorted((rule for rule in rules if rule.call in numbers), key=lambda rule: rule.call)
    program = _refuse_foreign_calls(machine)
    for call, group in groupby(ordered, key=lambda rule: rule.call):
        program += _for_call(numbers[call], list(group))
    program.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _refuse_foreign_calls(machine: str) -> Program:
    """Other ABIs (`int 0x80`, x32) have other numbers for the same calls. Leaves the number."""
    program = [
        (_LOAD, 0, 0, _ABI_OFFSET),
        (_JUMP_EQUAL, 1, 0, _ABI[machine]),
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),
        (_LOAD, 0, 0, _CALL_OFFSET),
    ]
    if machine == "x86_64":
        program += [(_JUMP_AT_LEAST, 0, 1, _X32_CALLS), (_RETURN, 0, 0, _FAIL | errno.ENOSYS)]
    return program


def _for_call(call: int, rules: Sequence[Deny]) -> Program:
    body = [instruction for rule in rules for instruction in _for_rule(rule)]
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_JUMP_EQUAL, 0, len(body), call), *body]


def _for_rule(rule: Deny) -> Program:
    """Falls out at its end where a condition does not hold."""
    program: Program = [(_RETURN, 0, 0, _FAIL | rule.code)]
    for argument in reversed(rule.when):
        program = _for_argument(argument, skip=len(program)) + program
    return program


def _for_argument(argument: Argument, skip: int) -> Program:
    """Falls out at its end where the argument is as the rule says, else skips what follows."""
    compare: Program = []
    for left, value in enumerate(reversed(argument.values)):
        out = left + skip if argument.inverse else left
        compare.insert(0, (_JUMP_EQUAL, out, 0, value))
    if not argument.inverse:
        *first, (code, found, _, value) = compare
        compare = [*first, (code, found, skip, value)]
    offset = _ARGUMENTS_OFFSET + 8 * argument.index
    return [(_LOAD, 0, 0, offset), (_AND, 0, 0, argument.mask), *compare]
