"""Tries a situation: makes a real jar, runs a real workload in it, ends and removes it.

In a child process, for entering a user namespace cannot be undone.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from functools import partial

from genieagent import namespaces, syscalls
from genieagent.blueprint import draw, exposed, make_jar
from genieagent.children import fork_child
from genieagent.conditions import Conditions
from genieagent.confine import ConfinementError, enter_workload
from genieagent.folders import remove_folder
from genieagent.host import read_host
from genieagent.isolation import Isolation
from genieagent.jar import Jar
from genieagent.jar_folder import TRIAL, FolderError, Owners, make_jar_folder, open_jars
from genieagent.launcher import LaunchError, end, launch
from genieagent.namespaces import NamespaceError
from genieagent.obstacles import Obstacle, Part

_MAX_REPORT = 1 << 16


def enter(conditions: Conditions) -> None:
    """Get the rights that this situation needs over ids; raises NamespaceError."""
    if os.getuid() == 0:
        return
    if conditions.situation == "full":
        namespaces.enter_with_ranges(namespaces.subordinate_ranges(os.getuid()))
    elif conditions.situation == "single":
        namespaces.enter_alone()


class _TrialError(Exception):
    def __init__(self, part: Part, reason: str):
        super().__init__(reason)
        self.part = part
        self.reason = reason


def obstacle_to(conditions: Conditions) -> Obstacle | None:
    """None where a jar was made, and a workload wrote in its home."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = fork_child(lambda: _report(conditions, theirs), keep=[theirs.fileno()])
    theirs.close()
    report = ours.recv(_MAX_REPORT)
    ours.close()
    os.waitpid(child, 0)
    values = json.loads(report) if report else {"part": "machine", "reason": "the trial died"}
    return Obstacle(conditions.situation, **values) if values else None


def _report(conditions: Conditions, to: socket.socket) -> None:
    to.send(json.dumps(_attempt(conditions)).encode())


def _attempt(conditions: Conditions) -> dict[str, str]:
    """The obstacle's values, empty where there was none."""
    try:
        _trial(conditions)
    except NamespaceError as error:
        return {"part": error.part, "reason": error.message}
    except _TrialError as error:
        return {"part": error.part, "reason": error.reason}
    except LaunchError as error:
        return {"part": "namespaces", "reason": str(error)}
    except (FolderError, OSError) as error:
        return {"part": "folder", "reason": str(error)}
    return {}


def _trial(conditions: Conditions) -> None:
    enter(conditions)
    syscalls.adopt_orphans()
    name = f"{TRIAL}{os.getpid()}"
    with open_jars(conditions.facts.jars, conditions.jars_owner) as jars:
        try:
            _make_and_end(conditions, jars, name)
        finally:
            remove_folder(jars, name)


def _make_and_end(conditions: Conditions, jars: int, name: str) -> None:
    owners = Owners.of(conditions, number=0)
    places = make_jar_folder(jars, conditions.facts.jars, name, "live", owners)
    jar = make_jar(conditions, name, 0, "live")
    blueprint = draw(conditions, read_host(exposed(conditions)), places, jar, 0)
    ours, theirs = socket.socketpair()
    running = launch(blueprint, theirs, _prove)
    theirs.close()
    said = ours.recv(_MAX_REPORT).decode()
    end(running)
    with suppress(ChildProcessError):
        os.waitpid(running.pid, 0)
    if said != "ok":
        raise _TrialError("home", said or "the trial's agent died")


def _prove(jar: Jar, listener: socket.socket, workload: Isolation) -> None:
    """The trial's agent: what a workload needs first is a home that it can write to."""
    work = partial(_report_work, listener, jar, workload)
    os.waitpid(fork_child(work, keep=[listener.fileno()]), 0)


def _report_work(to: socket.socket, jar: Jar, workload: Isolation) -> None:
    to.send(_work(jar, workload).encode())


def _work(jar: Jar, workload: Isolation) -> str:
    try:
        enter_workload(workload)
        os.chdir(jar.home)
        os.close(os.open("trial", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.unlink("trial")  # noqa: PTH108
    except (ConfinementError, OSError) as error:
        return str(error)
    return "ok"
