"""Runs attacks one after the other, each in a process of its own, and prints what came of each.

    python3 attack_driver.py plant|try|try-as-root < TARGETS

In a jar as its workload, or without one as the control. TARGETS is JSON: for the name of each
attack that is to be made what it knows. A line of JSON for each comes out. `plant` does what the
tenant before has done; `try-as-root` is root in a namespace of its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from attack_calls import CLONE_NEWNS, CLONE_NEWUSER, libc
from attack_record import Target
from attack_roster import NETWORKED, PROGRAMS

_SECONDS = 10
"""For one attack; a refusal takes milliseconds."""


def main() -> None:
    targets = json.load(sys.stdin)
    plants = sys.argv[1] == "plant"
    for attack in (*PROGRAMS, *NETWORKED):
        program = attack.plant if plants else attack.program
        if program is not None and attack.name in targets:
            outcome, detail = _run(attack.name, program, Target.from_json(targets[attack.name]))
            print(json.dumps({"name": attack.name, "outcome": outcome, "detail": detail}))
            sys.stdout.flush()


Program = Callable[[Target], object]


def _run(name: str, program: Program, target: Target) -> list[str]:
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        os.setsid()
        signal.alarm(_SECONDS)
        os.write(theirs, json.dumps(_attempt(name, program, target)).encode())
        os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    os.set_blocking(ours, False)
    try:
        said = os.read(ours, 1 << 16)
    except BlockingIOError:
        said = b""
    os.close(ours)
    return json.loads(said) if said else ["broken", "it died"]


def _attempt(name: str, program: Program, target: Target) -> tuple[str, str]:
    """An exception that is no refusal is a mistake in the attack."""
    folder = f"scratch-{name}"
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    if sys.argv[1] == "try-as-root":
        _become_root()
    try:
        return ("succeeded", "") if program(target) else ("refused", "")
    except OSError as error:
        return "refused", str(error)
    except BaseException:
        return "broken", traceback.format_exc()[-2000:]


def _become_root() -> None:
    """user_namespaces(7)"""
    uid, gid = os.getuid(), os.getgid()
    libc("unshare", CLONE_NEWUSER | CLONE_NEWNS)
    maps = {"setgroups": "deny", "uid_map": f"0 {uid} 1", "gid_map": f"0 {gid} 1"}
    for name, content in maps.items():
        Path("/proc/self", name).write_text(content)


if __name__ == "__main__":
    main()
