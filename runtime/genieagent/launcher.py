"""One jar, from a blueprint to a running agent: the forks, and what zygote and child say meanwhile.

    zygote            maker                 agent
      fork ───────────► maker's isolation
                        fork ─────────────►
      pid ◄──────────── (leaves, or keeps the jar where there is no pid namespace)
      "begin" ───────────────────────────► its isolation, up to the user namespace
      maps ◄────────────────────────────── "map"
      writes them, "mapped" ─────────────► the rest of its isolation
      ready ◄───────────────────────────── "ready"
      the listening socket ──────────────► serves

The socket comes last: an agent holds no descriptor of anybody's before it is closed in.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genieagent import keeper
from genieagent.blueprint import Blueprint
from genieagent.children import fork_child
from genieagent.confine import ConfinementError, perform
from genieagent.isolation import EnterUserNamespace, IdMap, Isolation
from genieagent.jar import Jar

Serve = Callable[[Jar, socket.socket, Isolation], None]

_MAX_MESSAGE = 1 << 16
_START_SECONDS = 10.0
"""Far above the 10 ms that a start takes: only a stuck file system reaches it."""
_END_SECONDS = keeper.END_SECONDS + 5.0


class LaunchError(Exception):
    """A jar could not be made; nothing of it is left."""


@dataclass(frozen=True)
class Running:
    """`pid` has ended only when nothing of the jar's role is left. `lifeline` closes with us."""

    pid: int
    lifeline: socket.socket
    has_pid_namespace: bool


def launch(blueprint: Blueprint, listener: socket.socket, serve: Serve) -> Running:
    """Returns once the agent is closed in and has the listening socket; raises LaunchError.

    The caller must adopt orphans (PR_SET_CHILD_SUBREAPER).
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    keep = [theirs.fileno(), *blueprint.mounts]
    maker = fork_child(lambda: _make(blueprint, theirs, serve), keep)
    theirs.close()
    ours.settimeout(_START_SECONDS)
    try:
        return _see_through(blueprint, ours, maker, listener)
    except OSError as error:
        ours.close()  # whoever is left on the other end then leaves
        raise LaunchError(f"the jar's maker does not answer: {error}") from error
    except LaunchError:
        ours.close()
        raise


def end(running: Running) -> None:
    """Ends everything in the jar and returns when it has ended; raises TimeoutError.

    The caller reaps `pid`.
    """
    running.lifeline.close()
    if running.has_pid_namespace:
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGKILL)
    watched = os.pidfd_open(running.pid)
    try:
        if not select.select([watched], [], [], _END_SECONDS)[0]:
            raise TimeoutError(f"process {running.pid} does not end")
    finally:
        os.close(watched)


def _see_through(
    blueprint: Blueprint, ours: socket.socket, maker: int, listener: socket.socket
) -> Running:
    pid = int(_expect(ours, "pid")["pid"])
    if blueprint.has_pid_namespace:
        os.waitpid(maker, 0)
    _say(ours, "begin")
    for operation in blueprint.agent:
        if isinstance(operation, EnterUserNamespace):
            _expect(ours, "map")
            write_maps(pid, operation.uids, operation.gids)
            _say(ours, "mapped")
    _expect(ours, "ready")
    socket.send_fds(ours, [b"{}"], [listener.fileno()])
    return Running(pid if blueprint.has_pid_namespace else maker, ours, blueprint.has_pid_namespace)


def write_maps(pid: int, uids: Iterable[IdMap], gids: Iterable[IdMap]) -> None:
    """user_namespaces(7)"""
    _write_map(Path(f"/proc/{pid}/uid_map"), uids)
    _write_map(Path(f"/proc/{pid}/gid_map"), gids)


def _write_map(file: Path, lines: Iterable[IdMap]) -> None:
    file.write_text("".join(f"{line.inside} {line.outside} {line.length}\n" for line in lines))


def _make(blueprint: Blueprint, zygote: socket.socket, serve: Serve) -> None:
    try:
        for operation in blueprint.maker:
            perform(operation)
    except ConfinementError as error:
        return _say(zygote, "failed", message=str(error))
    keep = [zygote.fileno(), *blueprint.mounts]
    agent = fork_child(lambda: _be_agent(blueprint, zygote, serve), keep)
    _say(zygote, "pid", pid=agent)
    if not blueprint.has_pid_namespace:
        keeper.keep(agent, zygote)
    return None


def _be_agent(blueprint: Blueprint, zygote: socket.socket, serve: Serve) -> None:
    # Not before the maker has left: its end must not be taken for the zygote's.
    _expect(zygote, "begin")
    os.setsid()  # signals to its group reach what is the jar's, and only that
    try:
        for operation in blueprint.agent:
            perform(operation)
            if isinstance(operation, EnterUserNamespace):
                _say(zygote, "map")
                _expect(zygote, "mapped")
    except ConfinementError as error:
        return _say(zygote, "failed", message=str(error))
    _say(zygote, "ready")
    _, (listener, *_), _, _ = socket.recv_fds(zygote, _MAX_MESSAGE, 1)
    zygote.close()
    return serve(blueprint.jar, socket.socket(fileno=listener), blueprint.workload)


def _say(to: socket.socket, word: str, **values: Any) -> None:
    to.send(json.dumps({"word": word, **values}).encode())


def _expect(source: socket.socket, word: str) -> dict[str, Any]:
    packet = source.recv(_MAX_MESSAGE)
    said: dict[str, Any] = json.loads(packet) if packet else {"word": "gone"}
    if said["word"] == "failed":
        raise LaunchError(said["message"])
    if said["word"] != word:
        raise LaunchError(f"the jar's maker said {said['word']!r} where {word!r} was due")
    return said
