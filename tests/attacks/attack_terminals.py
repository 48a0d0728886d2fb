"""Guarantee 7: nothing is typed into a terminal that is not the jar's to type into."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
from collections.abc import Callable

from attack_calls import NUMBERS, call
from attack_record import Attack, Target

TIOCSTI, TIOCLINUX = 0x5412, 0x541C
_HIGH_BIT = 1 << 32


def type_into_terminal(target: Target) -> bool:
    """Puts a character into its terminal's input (TIOCSTI, CVE-2017-5226)."""
    return _in_terminal(lambda: fcntl.ioctl(0, TIOCSTI, b"x") == b"x")


def type_with_high_bit(target: Target) -> bool:
    """The same, with a bit set that the kernel ignores and a filter may not (CVE-2019-10063)."""
    return _in_terminal(lambda: call(NUMBERS["ioctl"], 0, TIOCSTI | _HIGH_BIT, b"x") == 0)


def paste_selection(target: Target) -> bool:
    """Asks a console to paste (TIOCLINUX); where the terminal is none, the driver says so."""
    return _in_terminal(_reaches_console)


def _reaches_console() -> bool:
    try:
        return fcntl.ioctl(0, TIOCLINUX, b"\3") is not None
    except OSError as error:
        return error.errno in (errno.ENOTTY, errno.EINVAL)


def _in_terminal(attempt: Callable[[], bool]) -> bool:
    """The attempt is made by a child that has a terminal of its own."""
    child, master = pty.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if attempt() else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    os.close(master)
    return status == 0


def write_to_managers_terminal(target: Target) -> bool:
    """Writes to the terminal at which the manager sits."""
    terminal = target.terminal
    return os.write(os.open(terminal, os.O_WRONLY | os.O_NOCTTY), b"\a") == 1


ATTACKS = (
    Attack(type_into_terminal, 7),
    Attack(type_with_high_bit, 7),
    Attack(paste_selection, 7),
    Attack(write_to_managers_terminal, 7),
)
