"""Programs that cannot work in jars of some situation, and why not.

tests/compat tries each of them, and makes docs/compatibility.md of this.
"""

from __future__ import annotations

from collections.abc import Mapping

from geniejars.config import Config

_NAMELESS = "the jar's id has no name"
_NO_PROC = "of /proc a few files are open, and none of a process's"
_NO_SOCKETS = "UNIX sockets are refused, for the user's own are among them"
_NO_SHARED_MEMORY = "shared memory is refused, for the user's own is among it"
_NO_TERMINALS = "no further terminals, for the user's own are among them"
_NO_NAMESPACES = (
    "user namespaces are refused to what runs in a jar; where it is full, `nested` allows them"
)

LIMITS: Mapping[str, Mapping[str, str]] = {
    "node os.userInfo()": {"no-namespaces": _NAMELESS},
    "multiprocessing": {"weak": _NO_SHARED_MEMORY},
    "gdb": {"no-namespaces": _NO_PROC, "weak": _NO_PROC},
    "tmux": {"weak": _NO_SOCKETS},
    "ssh-keygen": {"no-namespaces": _NAMELESS},
    "PostgreSQL": {"no-namespaces": _NAMELESS},
    "script": {"weak": _NO_TERMINALS},
    "bwrap": dict.fromkeys(("full", "no-namespaces", "single", "weak"), _NO_NAMESPACES),
    "Chromium": {"no-namespaces": _NO_PROC, "weak": _NO_SOCKETS},
}
"""The reason, by program and situation."""


def limited_programs(config: Config, situation: str) -> dict[str, list[str]]:
    """By reason, the programs that do not work in these jars."""
    found: dict[str, list[str]] = {}
    for program, reasons in LIMITS.items():
        reason = reasons.get(situation)
        if reason is not None and not (config.nested and reason == _NO_NAMESPACES):
            found.setdefault(reason, []).append(program)
    return found
