"""Runs a command as if on a kernel that was built without one of the mechanisms.

python3 tests/runtime/without_mechanism.py landlock|seccomp|nothing CMD…
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "runtime"))

from genieagent import syscalls
from genieagent.call_numbers import MACHINE
from genieagent.seccomp import Argument, Deny, assemble

_PR_SET_SECCOMP = 22
_LACKS: dict[str, tuple[Deny, ...]] = {
    "nothing": (),
    "landlock": (Deny("landlock_create_ruleset", errno.ENOSYS),),
    "seccomp": (
        Deny("seccomp", errno.EINVAL),
        Deny("prctl", errno.EINVAL, (Argument(0, (_PR_SET_SECCOMP,)),)),
    ),
}


def main(mechanism: str, command: list[str]) -> None:
    """Does not return."""
    syscalls.no_new_privileges()
    syscalls.install_filter(assemble(_LACKS[mechanism], MACHINE))
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
