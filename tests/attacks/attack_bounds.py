"""Guarantee 11: what one jar can take from the machine is bounded.

No attack here takes what it shows it could have: each asks for a sum and gives it back.
"""

from __future__ import annotations

import os
import resource

from attack_record import Attack, Target, not_promised

MANY_PROCESSES = 10_000
"""More than a jar may have, fewer than a user may."""
MUCH = 3 << 30
"""Bytes; more than a jar's /tmp has, and nothing of it is written."""


def multiply_freely(target: Target) -> bool:
    """Raises the limit of its processes as far as it can."""
    limit, ceiling = resource.getrlimit(resource.RLIMIT_NPROC)
    if ceiling == resource.RLIM_INFINITY or ceiling >= MANY_PROCESSES:
        return True
    return _sets(resource.RLIMIT_NPROC, (limit, MANY_PROCESSES))


def leave_core_dumps(target: Target) -> bool:
    """Wants to leave core dumps, which go where the machine says."""
    return _sets(resource.RLIMIT_CORE, (1 << 20, 1 << 20))


def _sets(limit: int, values: tuple[int, int]) -> bool:
    try:
        resource.setrlimit(limit, values)
    except ValueError:  # what Python makes of EPERM
        return False
    return True


def fill_temporary_folder(target: Target) -> bool:
    """Takes three gigabytes of /tmp."""
    place = os.statvfs("/tmp")
    if place.f_blocks * place.f_frsize < MUCH:
        return False
    os.posix_fallocate(os.open("/tmp", os.O_TMPFILE | os.O_RDWR), 0, MUCH)
    return True


_UNCOUNTED = not_promised("weak is no boundary: processes of one's own user cannot be counted")

ATTACKS = (
    Attack(multiply_freely, 11, {"weak": _UNCOUNTED}),
    Attack(leave_core_dumps, 11),
    Attack(fill_temporary_folder, 11),
)
