"""Guarantee 11, as others feel it: whatever one tenant takes, the next jar works on.

What is taken is bounded here by the programs themselves, and given back within seconds.
"""

from __future__ import annotations

from attack_bounds import BOUNDS, MANY_PROCESSES, MUCH_SPACE
from attack_record import Attack, not_promised
from tenancies import Tenancy

_SECONDS = 10
_MEMORY = 160
"""MiB."""

_LIMITED = f"prlimit --nproc={BOUNDS['processMax']}"
"""A user's limit, as machines without jars set it; a jar has it anyway."""

_CROWD = f"""
import os, time
from contextlib import suppress
with suppress(OSError):
    for number in range({MANY_PROCESSES}):
        if os.fork() == 0:
            end = time.monotonic() + {_SECONDS}
            while number < 2 and time.monotonic() < end:
                pass
            time.sleep(max(0, end - time.monotonic()))
            os._exit(0)
for folder in ("/tmp", "/var/tmp"):
    with suppress(OSError):
        file = os.open(folder, os.O_TMPFILE | os.O_RDWR)
        for _ in range({MUCH_SPACE} >> 20):
            os.write(file, bytes(1 << 20))
open("begun", "w").close()
time.sleep({_SECONDS})
"""
_HOARD = f"""
kept = [bytearray(b"x") * (1 << 20) for _ in range({_MEMORY})]
print(len(kept))
"""
_ANSWER = (
    f"timeout 20 {_LIMITED} sh -c 'head -c 1000000 /dev/zero > $(mktemp -p .) && echo answer | cat'"
)


def starve_neighbour(tenancy: Tenancy) -> bool:
    """Is as many processes as it can, some busy, and fills its /tmp: does another tenant's shell
    still do its work?"""
    tenancy.start(f"exec {_LIMITED} python3 -c '{_CROWD}'")
    tenancy.inside("for i in 1 2 3 4 5 6 7 8 9 10; do test -e begun && break; sleep 0.2; done")
    return "answer" not in tenancy.beside(_ANSWER)


def hog_memory(tenancy: Tenancy) -> bool:
    """Takes more than `memoryMax`, and nobody was told that this bound does not hold here."""
    said = tenancy.inside(f"python3 -c '{_HOARD}'")
    return said.strip() == str(_MEMORY) and not tenancy.knows_of("memoryMax does not hold")


_UNCOUNTED = not_promised("weak is no boundary: processes of one's own user cannot be counted")

PLOTS = (
    Attack(starve_neighbour, 11, {"weak": _UNCOUNTED}),
    Attack(hog_memory, 11),
)
