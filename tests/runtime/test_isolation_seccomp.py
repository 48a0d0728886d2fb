"""The assembled filters, run by a small interpreter of classic BPF for both machines."""

from __future__ import annotations

import errno
import struct

import pytest

from genieagent.call_numbers import BY_MACHINE
from genieagent.seccomp import (
    JAR_RULES,
    SAME_USER_SOCKET_RULES,
    SHARED_ID_RULES,
    Argument,
    Deny,
    assemble,
)

ABI = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
I386 = 0x40000003
ALLOWED = 0
HIGH = 1 << 32
NEWUSER, NEWNS = 0x10000000, 0x00020000
EVERY_RULE = (*JAR_RULES, *SHARED_ID_RULES, *SAME_USER_SOCKET_RULES)


def run(program: bytes, number: int, arguments: tuple[int, ...], abi: int) -> int:
    """The errno that a call gets; 0 where it is allowed."""
    data = struct.pack("=iIQ6Q", number - (1 << 32 if number >> 31 else 0), abi, 0,
                       *(*arguments, 0, 0, 0, 0, 0, 0)[:6])  # fmt: skip
    instructions = list(struct.iter_unpack("=HBBI", program))
    at, accumulator = 0, 0
    while True:
        code, true, false, value = instructions[at]
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x54:
                accumulator &= value
            case 0x15:
                at += true if accumulator == value else false
            case 0x35:
                at += true if accumulator >= value else false
            case 0x06:
                return value & 0xFFFF if value >> 16 == 5 else {0x7FFF0000: ALLOWED}[value]


CALLS = [
    ("read", (), ALLOWED),
    ("unshare", (NEWUSER,), errno.EPERM),
    ("unshare", (NEWUSER | HIGH,), errno.EPERM),
    ("unshare", (NEWNS,), ALLOWED),
    ("clone", (NEWUSER | 17,), errno.EPERM),
    ("clone", (17,), ALLOWED),
    ("clone3", (0,), errno.ENOSYS),
    ("keyctl", (0,), errno.ENOSYS),
    ("io_uring_setup", (1,), errno.ENOSYS),
    ("ioctl", (0, 0x5412), errno.EPERM),
    ("ioctl", (0, 0x5412 | HIGH), errno.EPERM),
    ("ioctl", (0, 0x541C), errno.EPERM),
    ("ioctl", (0, 0x5413), ALLOWED),
    ("socket", (1, 1, 0), errno.EACCES),
    ("socket", (2, 1, 6), ALLOWED),
    ("socket", (10, 2, 17), ALLOWED),
    ("socket", (16, 3, 0), ALLOWED),
    ("socket", (2 | HIGH, 1, 0), ALLOWED),
    ("socket", (40, 1, 0), errno.EAFNOSUPPORT),
    ("socket", (17, 3, 0), errno.EAFNOSUPPORT),
    ("socket", (2, 1, 262), errno.EPROTONOSUPPORT),
    ("socket", (2, 1, 262 | HIGH), errno.EPROTONOSUPPORT),
    ("socket", (10, 5, 132), errno.EPROTONOSUPPORT),
    ("socketpair", (1, 1 | 0o2000000, 0), ALLOWED),
    ("socketpair", (1, 2, 0), errno.EACCES),
    ("sendto", (3, 0, 0, 0x20000000), errno.EOPNOTSUPP),
    ("sendto", (3, 0, 0, 0x4000), ALLOWED),
    ("sendmsg", (3, 0, 0x20000000), errno.EOPNOTSUPP),
    ("setsockopt", (3, 6, 30), errno.EOPNOTSUPP),
    ("setsockopt", (3, 6, 1), ALLOWED),
    ("setsockopt", (3, 1, 30), ALLOWED),
    ("prlimit64", (0, 1), ALLOWED),
    ("prlimit64", (1, 1), errno.EPERM),
    ("fchmod", (3, 0o4755), errno.EPERM),
    ("fchmod", (3, 0o1777), ALLOWED),
    ("fchmod", (3, 0o2755), ALLOWED),
    ("fchmodat", (3, 0, 0o4755), errno.EPERM),
    ("fchmodat2", (3, 0, 0o6755), errno.EPERM),
    ("openat", (3, 0, 0o101, 0o4755), errno.EPERM),
    ("openat", (3, 0, 0o101, 0o644), ALLOWED),
    ("openat", (3, 0, 0, 0o4755), ALLOWED),
    ("openat2", (3, 0, 0, 0), errno.ENOSYS),
    ("chmod", (0, 0o4755), errno.EPERM),
    ("open", (0, 0o101, 0o4755), errno.EPERM),
    ("open", (0, 0, 0o4755), ALLOWED),
    ("creat", (0, 0o2755), errno.EPERM),
]
NUMBERS = {
    "x86_64": {**BY_MACHINE["x86_64"], "read": 0},
    "aarch64": {**BY_MACHINE["aarch64"], "read": 63},
}
CASES = [
    pytest.param(machine, call, arguments, answer, id=f"{machine}-{call}{arguments}")
    for machine in ABI
    for call, arguments, answer in CALLS
    if call in NUMBERS[machine]
]


@pytest.mark.parametrize("machine, call, arguments, answer", CASES)
def test_the_filter_answers(
    machine: str, call: str, arguments: tuple[int, ...], answer: int
) -> None:
    """Each call gets the error of its rule, whatever stands in the upper half of its arguments."""
    program = assemble(EVERY_RULE, machine)

    assert run(program, NUMBERS[machine][call], arguments, ABI[machine]) == answer


@pytest.mark.parametrize(
    "number, abi", [(0, I386), (26, I386), (0x40000000, ABI["x86_64"]), (0xFFFFFFFF, ABI["x86_64"])]
)
def test_calls_of_other_abis_do_not_exist(number: int, abi: int) -> None:
    """32-bit and x32 numbers mean other calls: none of them is let through."""
    assert run(assemble(JAR_RULES, "x86_64"), number, (), abi) == errno.ENOSYS


def test_several_values_and_conditions_are_told_apart() -> None:
    """A rule holds when all conditions do, a condition when one value does."""
    rule = Deny("ioctl", 7, (Argument(0, (1, 2, 3)), Argument(1, (4, 5), inverse=True)))
    program, ioctl = assemble([rule], "x86_64"), BY_MACHINE["x86_64"]["ioctl"]
    found = {
        (a, b): run(program, ioctl, (a, b), ABI["x86_64"]) for a in range(5) for b in range(3, 7)
    }

    assert {pair for pair, code in found.items() if code} == {
        (a, b) for a in (1, 2, 3) for b in (3, 6)
    }
