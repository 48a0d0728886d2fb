"""What a process inherits and the zygote does not want: sudo and shells leave odd things behind."""

from __future__ import annotations

import os
import resource
import signal
import sys
from contextlib import suppress

_UMASK = 0o022
_STACK_BYTES = 8 << 20  # the kernel's default; "unlimited" changes how memory is laid out
_OPEN_FILES = 1024  # the kernel's default; programs that want more raise it themselves
_UNLIMITED = (
    resource.RLIMIT_AS,
    resource.RLIMIT_CPU,
    resource.RLIMIT_DATA,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_RSS,
)


def become_plain(kept: int) -> None:
    """Default umask, limits, signals and working folder, a session of its own.

    Of the descriptors `kept` and standard error stay.
    """
    os.umask(_UMASK)
    os.chdir("/")
    _close_others(kept)
    _reset_signals()
    _reset_limits()
    with suppress(PermissionError):  # leads one already
        os.setsid()


def give_up_importing() -> None:
    """For good: an import made later, inside a jar, could find a file of the workload's."""
    sys.path.clear()
    sys.path_hooks.clear()
    sys.meta_path.clear()
    sys.path_importer_cache.clear()


def _close_others(kept: int) -> None:
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def _reset_signals() -> None:
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _reset_limits() -> None:
    for kind in _UNLIMITED:
        _raise_limit(kind, resource.RLIM_INFINITY)
    _raise_limit(resource.RLIMIT_STACK, _STACK_BYTES)
    _raise_limit(resource.RLIMIT_NOFILE, _OPEN_FILES)


def _raise_limit(kind: int, soft: int) -> None:
    """As far as the hard limit lets; root's hard limit is no limit."""
    hard = resource.RLIM_INFINITY if os.geteuid() == 0 else resource.getrlimit(kind)[1]
    if kind == resource.RLIMIT_NOFILE:
        hard = resource.getrlimit(kind)[1]  # has a ceiling of the kernel's own
    if hard != resource.RLIM_INFINITY and (soft == resource.RLIM_INFINITY or soft > hard):
        soft = hard
    resource.setrlimit(kind, (soft, hard))
