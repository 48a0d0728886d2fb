"""The walker: applies an isolation to the process that calls it, one operation after the other."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import socket
import stat
import struct
from functools import singledispatch
from pathlib import Path

from genieagent import new_root, syscalls
from genieagent.call_numbers import MACHINE
from genieagent.isolation import (
    DieWithParent,
    DropCapabilities,
    EnterUserNamespace,
    HostName,
    Isolation,
    JoinGroup,
    Landlock,
    Limit,
    NoNewPrivileges,
    Operation,
    RaiseLoopback,
    ResetSignals,
    Seccomp,
    SetIds,
    Umask,
    Undumpable,
    Unshare,
)
from genieagent.landlock import Allow, bits, for_a_file
from genieagent.seccomp import assemble


class ConfinementError(Exception):
    """An operation failed: the process must not go on, for it is not closed in."""

    def __init__(self, operation: Operation, error: OSError):
        name, target = type(operation).__name__, getattr(operation, "target", "")
        what = f"{name} {target}" if target else name
        super().__init__(f"{what}: {error.strerror} ({error.filename})")


def enter_workload(isolation: Isolation) -> None:
    """Close in a freshly forked child of the jar's agent, just before it executes a program.

    Raises ConfinementError; the child must then exit.
    """
    for operation in isolation:
        perform(operation)


def perform(operation: Operation) -> None:
    """Raises ConfinementError."""
    try:
        _perform(operation)
    except OSError as error:
        raise ConfinementError(operation, error) from error


@singledispatch
def _perform(operation: Operation) -> None:
    raise TypeError(f"not an operation: {operation!r}")


for _step in new_root.STEPS:
    _perform.register(_step)

_NAMESPACES = {
    "mount": syscalls.CLONE_NEWNS,
    "pid": syscalls.CLONE_NEWPID,
    "ipc": syscalls.CLONE_NEWIPC,
    "uts": syscalls.CLONE_NEWUTS,
    "cgroup": syscalls.CLONE_NEWCGROUP,
    "net": syscalls.CLONE_NEWNET,
}


@_perform.register
def _(operation: Unshare) -> None:
    syscalls.unshare(sum(_NAMESPACES[name] for name in operation.namespaces))


@_perform.register
def _(operation: JoinGroup) -> None:
    Path(operation.path, "cgroup.procs").write_text("0")


@_perform.register
def _(operation: HostName) -> None:
    socket.sethostname(operation.name)


_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


@_perform.register
def _(operation: RaiseLoopback) -> None:
    """netdevice(7)"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh22x", b"lo", 0)
        answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
        flags = struct.unpack_from("16sh", answer)[1] | _IFF_UP
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags))


@_perform.register
def _(operation: EnterUserNamespace) -> None:
    syscalls.unshare(syscalls.CLONE_NEWUSER)


@_perform.register
def _(operation: SetIds) -> None:
    if operation.groups is not None:
        os.setgroups(operation.groups)
    os.setresgid(*operation.gids)
    os.setresuid(*operation.uids)


@_perform.register
def _(operation: DropCapabilities) -> None:
    syscalls.drop_capabilities()


@_perform.register
def _(operation: NoNewPrivileges) -> None:
    syscalls.no_new_privileges()


@_perform.register
def _(operation: Undumpable) -> None:
    syscalls.set_dumpable(False)


@_perform.register
def _(operation: DieWithParent) -> None:
    syscalls.die_with_parent(signal.SIGKILL)


_RESOURCES = {"core": resource.RLIMIT_CORE, "nproc": resource.RLIMIT_NPROC}


@_perform.register
def _(operation: Limit) -> None:
    kind = _RESOURCES[operation.resource]
    hard = resource.getrlimit(kind)[1]
    value = operation.value if hard == resource.RLIM_INFINITY else min(operation.value, hard)
    resource.setrlimit(kind, (value, value))


_CHANGEABLE_SIGNALS = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}


@_perform.register
def _(operation: ResetSignals) -> None:
    for number in _CHANGEABLE_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


@_perform.register
def _(operation: Umask) -> None:
    os.umask(operation.mask)


@_perform.register
def _(operation: Landlock) -> None:
    handled, scopes = bits(operation.handled), bits(operation.scopes)
    holds_ports = operation.ports is not None
    ruleset = syscalls.landlock_create_ruleset(handled, scopes, holds_ports=holds_ports)
    try:
        for rule in operation.rules:
            _allow(ruleset, rule)
        for port in operation.ports or ():
            syscalls.landlock_allow_bind(ruleset, port)
        syscalls.landlock_restrict_self(ruleset)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, rule: Allow) -> None:
    try:
        path = os.open(rule.path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return  # what cannot be reached now cannot be reached from inside either
    try:
        is_folder = stat.S_ISDIR(os.fstat(path).st_mode)
        access = rule.access if is_folder else for_a_file(rule.access)
        syscalls.landlock_allow_beneath(ruleset, path, bits(access))
    finally:
        os.close(path)


@_perform.register
def _(operation: Seccomp) -> None:
    syscalls.install_filter(assemble(operation.rules, MACHINE))
