"""Children of the zygote and of what it makes: they do one thing, and know nothing of their parent.

Forked, never executed, so that a jar's makers need no file of ours inside.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from itertools import pairwise


def fork_child(work: Callable[[], None], keep: Iterable[int]) -> int:
    """A child that does `work` and exits, 0 if it returned, with only these descriptors.

    The three standard ones lead nowhere. It never comes back into its parent's code.
    """
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _forget_parent(keep)
        work()
        status = 0
    finally:
        os._exit(status)


def _forget_parent(keep: Iterable[int]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for kept, following in pairwise((2, *sorted(keep), os.sysconf("SC_OPEN_MAX"))):
        os.closerange(kept + 1, following)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.close(nowhere)
