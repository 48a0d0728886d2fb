"""Every message of the agent protocol: its fields, who says it, how many descriptors it carries.

A message is a dictionary with a `type` and exactly the fields that its shape names. Paths are
text by `os.fsdecode`, relative to their place. PROTOCOL.md draws the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from genieagent.wire.checks import (
    Check,
    bits,
    command,
    digest,
    environment,
    every,
    flag,
    folder_path,
    integer,
    name,
    one_of,
    operation,
    optional,
    path,
    record,
    row,
    seconds,
    signal_name,
    text,
    whole,
)

VERSION = 1
"""Of the whole protocol; both sides must speak the same one."""

MAX_DESCRIPTORS = 253
"""A message's most descriptors: the kernel's SCM_MAX_FD (include/net/scm.h)."""

Side = Literal["manager", "agent"]
Message = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """What a message of one type holds.

    A field `size` announces so many bytes of data in the frames that follow the message.
    """

    fields: Mapping[str, Check]
    descriptors: range = range(1)

    def problem(self, message: Message, descriptors: int) -> str | None:
        """What is wrong with a message, or None."""
        given = message.keys() - {"type"}
        if given != self.fields.keys():
            return f"has the fields {sorted(given)}, not {sorted(self.fields)}"
        wrong = [field for field, fits in self.fields.items() if not fits(message[field])]
        if wrong:
            return f"has a wrong {wrong[0]}"
        if descriptors not in self.descriptors:
            return f"carries {descriptors} descriptors"
        return None


AT_MOST_ONE, ONE, AT_MOST_TWO, ONE_OR_TWO = range(2), range(1, 2), range(3), range(1, 3)

_place = one_of("home", "root")
_entry = row(one_of("file", "folder", "symlink", "fifo"), bits, text, whole)
_links = every(every(path))
_terminal = record({"rows": whole, "cols": whole})
_session = record({"pid": whole, "argv": every(text), "tty": flag})
_restart = record({"when": one_of("no", "on-failure", "always"), "limit": optional(whole)})
_health_check = record(
    {
        "argv": command,
        "interval": seconds,
        "timeout": seconds,
        "start_period": seconds,
        "retries": whole,
    }
)
_health = record(
    {
        "state": one_of("starting", "healthy", "unhealthy"),
        "failing": whole,
        "checked": optional(seconds),
        "exit": optional(whole),
        "output": text,
    }
)

MANAGER: Mapping[str, Shape] = {
    "hello": Shape({"version": whole, "client": text}),
    "run": Shape(
        {
            "argv": command,
            "env": environment,
            "cwd": folder_path,
            "timeout": optional(seconds),
            "tty": optional(_terminal),
            "stdin": flag,
            "detach": flag,
            "mounts": every(record({"id": name, "target": path})),
        },
        AT_MOST_ONE,
    ),
    "signal": Shape({"name": signal_name}),
    "resize": Shape({"rows": whole, "cols": whole}),
    "start": Shape(
        {
            "argv": command,
            "env": environment,
            "cwd": folder_path,
            "stop_signal": signal_name,
            "attach": flag,
            "restart": _restart,
            "health": optional(_health_check),
        }
    ),
    "stop": Shape({"grace": seconds}),
    "status": Shape({}),
    "log": Shape({"lines": optional(whole), "follow": flag}),
    "end": Shape({}),
    "gate": Shape({}),
    "scan": Shape({"place": _place, "anew": flag}),
    "objects": Shape({"digests": every(digest)}),
    "drift": Shape({"persist": every(path), "anew": flag}),
    "apply": Shape({"place": _place, "root": digest, "persist": every(path)}),
    "links": Shape({"links": _links}),
    "ops": Shape({"ops": every(operation)}, range(MAX_DESCRIPTORS + 1)),
    "pack": Shape({"place": _place}, ONE),
    "paths": Shape({"paths": every(path)}),
    "commit": Shape({}),
    "read": Shape({"place": _place, "path": path, "limit": whole}),
    "normalize": Shape({"private": flag}),
    "backup": Shape({}, ONE),
    "restore": Shape({}, ONE),
}

AGENT: Mapping[str, Shape] = {
    "hello": Shape(
        {"version": whole, "jar": text, "role": text, "situation": text, "home": text, "pid": whole}
    ),
    "error": Shape({"code": text, "message": text}),
    "done": Shape({}),
    "started": Shape({"pid": whole}, AT_MOST_TWO),
    "exited": Shape({"code": whole}),
    "stopped": Shape({"code": whole}),
    "status": Shape(
        {
            "running": flag,
            "pid": optional(whole),
            "started": optional(seconds),
            "exit": optional(whole),
            "ended": optional(seconds),
            "restarts": whole,
            "restart_in": optional(seconds),
            "gave_up": flag,
            "lost": flag,
            "health": optional(_health),
            "sessions": every(_session),
            "processes": whole,
        }
    ),
    "piped": Shape({}, ONE),
    "gated": Shape({}, ONE_OR_TWO),
    "links": Shape({"links": _links}),
    "scanned": Shape({"root": digest}),
    "objects": Shape({"digests": every(row(digest, whole)), "size": whole}),
    "drifted": Shape({"entries": every(row(path, optional(_entry)))}),
    "drift": Shape({"root": optional(digest)}),
    "staged": Shape({}),
    "applied": Shape({"backed_up": every(path), "backup": optional(text)}),
    "files": Shape({"files": every(row(path, whole, whole, digest, integer))}),
    "packed": Shape({}),
    "file": Shape({"size": whole, "total": whole}),
    "normalized": Shape({"changed": whole}),
}

SHAPES: Mapping[Side, Mapping[str, Shape]] = {"manager": MANAGER, "agent": AGENT}
