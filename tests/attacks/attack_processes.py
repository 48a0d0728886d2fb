"""Guarantee 3: a jar cannot touch processes outside.

The victims wait, and are looked at afterwards.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import signal
import time
from pathlib import Path

from attack_calls import PIDFD_GETFD, call, libc
from attack_record import Attack, Target, not_promised

PTRACE_ATTACH, PTRACE_DETACH, PTRACE_SEIZE = 16, 17, 0x4206


def kill_manager(target: Target) -> bool:
    """Kills a process of the manager's."""
    os.kill(target.manager_pid, signal.SIGKILL)
    return True


def kill_neighbour(target: Target) -> bool:
    """Kills a process of another jar's."""
    os.kill(target.neighbour_pid, signal.SIGKILL)
    return True


def kill_by_descriptor(target: Target) -> bool:
    """Kills a process of the manager's by a pidfd."""
    signal.pidfd_send_signal(os.pidfd_open(target.manager_pid), signal.SIGKILL)
    return True


def signal_by_file_owner(target: Target) -> bool:
    """Lets the kernel send the signal, as "input is there" for a file (F_SETOWN)."""
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, target.manager_pid)
    fcntl.fcntl(reading, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writing, b"x")
    return _has_ended(target.manager_pid)


def _has_ended(pid: int) -> bool:
    deadline = time.monotonic() + 0.3
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            time.sleep(0.01)
    return False


def trace_manager(target: Target) -> bool:
    """Attaches to a process of the manager's as a debugger."""
    libc("ptrace", PTRACE_ATTACH, target.manager_pid, 0, 0)
    os.waitpid(target.manager_pid, 0)
    libc("ptrace", PTRACE_DETACH, target.manager_pid, 0, 0)
    return True


def trace_neighbour(target: Target) -> bool:
    """Seizes a process of another jar's as a debugger."""
    libc("ptrace", PTRACE_SEIZE, target.neighbour_pid, 0, 0)
    return True


def read_memory(target: Target) -> bool:
    """Reads the memory of a process of the manager's (process_vm_readv)."""
    return reads_memory(target.manager_pid)


def reads_memory(pid: int) -> bool:
    """A bad address is told only to those who may read the others."""
    local = ctypes.create_string_buffer(4)
    here, there = (ctypes.c_size_t * 2)(ctypes.addressof(local), 4), (ctypes.c_size_t * 2)(0, 4)
    try:
        return libc("process_vm_readv", pid, here, 1, there, 1, 0) == 4
    except OSError as error:
        return error.errno == errno.EFAULT


def write_memory_file(target: Target) -> bool:
    """Opens the memory of a process of the manager's to write to it."""
    return os.open(f"/proc/{target.manager_pid}/mem", os.O_RDWR) >= 0


def limit_manager(target: Target) -> bool:
    """Sets a limit of a process of the manager's."""
    resource.prlimit(target.manager_pid, resource.RLIMIT_CORE, (0, 0))
    return True


def slow_manager(target: Target) -> bool:
    """Takes processor time from a process of the manager's (nice)."""
    os.setpriority(os.PRIO_PROCESS, target.manager_pid, 19)
    return True


def pin_manager(target: Target) -> bool:
    """Moves a process of the manager's to one processor."""
    os.sched_setaffinity(target.manager_pid, {0})
    return True


def steal_descriptor(target: Target) -> bool:
    """Takes an open file from a process of the manager's (pidfd_getfd)."""
    return call(PIDFD_GETFD, os.pidfd_open(target.manager_pid), 0, 0) >= 0


def offer_to_memory_killer(target: Target) -> bool:
    """Makes a process of the manager's the first to die when memory is short."""
    Path(f"/proc/{target.manager_pid}/oom_score_adj").write_text("1000")
    return True


_WEAK = not_promised("weak is no boundary: the manager's processes are its own user's")

ATTACKS = (
    Attack(kill_manager, 3),
    Attack(kill_neighbour, 3),
    Attack(kill_by_descriptor, 3),
    Attack(signal_by_file_owner, 3),
    Attack(trace_manager, 3),
    Attack(trace_neighbour, 3),
    Attack(read_memory, 3),
    Attack(write_memory_file, 3),
    Attack(limit_manager, 3),
    Attack(slow_manager, 3, {"weak": _WEAK}),
    Attack(pin_manager, 3, {"weak": _WEAK}),
    Attack(steal_descriptor, 3),
    Attack(offer_to_memory_killer, 3),
)
