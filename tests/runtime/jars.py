"""A jar in a folder of the test's, served by a real agent that closes nothing in."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genieagent import syscalls
from genieagent.agent import Agent
from genieagent.children import fork_child
from genieagent.confine import perform
from genieagent.isolation import ResetSignals, Umask
from genieagent.jar import Ids, Jar, Limits, Role, Situation
from genieagent.layout import Layout
from genieagent.program import Confine
from genieagent.wire import VERSION, Channel, Connection, Message, Received

PATH = os.environ["PATH"]
START = {
    "stop_signal": "TERM",
    "attach": False,
    "restart": {"when": "no", "limit": None},
    "health": None,
}


def make_jar(
    folder: Path, role: Role = "live", situation: Situation = "single", idle_timeout: float = 0.0
) -> Jar:
    """All ids are the test's own; the jar's folder is made as a zygote would."""
    for part in ("home", "root", "tmp", "cache", "log", "backup", "scratch"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part).chmod(0o2770)
    uid, gid = os.getuid(), os.getgid()
    home = f"{folder}/root" if role == "build" and situation == "single" else f"{folder}/home"
    ids = Ids(manager_uid=uid, manager_gid=gid, agent=uid, workload=uid)
    limits = Limits(100, 1 << 20)
    return Jar("test", role, situation, str(folder), home, "jar", ids, limits, idle_timeout)


def layout_of(
    folder: Path, role: Role = "live", situation: Situation = "single", idle_timeout: float = 0.0
) -> Layout:
    layout = Layout(make_jar(folder, role, situation, idle_timeout))
    layout.tmp.mkdir(exist_ok=True)
    return layout


class RefusedError(Exception):
    """The agent's `error`."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass
class Manager:
    """One connection to an agent, behind the hello."""

    channel: Channel
    hello: Message

    def ask(self, type: str, descriptors: tuple[int, ...] = (), **fields: Any) -> None:
        self.channel.send(type, descriptors, **fields)

    def hear(self) -> Received:
        """The next answer; raises RefusedError, EOFError."""
        received = self.channel.receive_message()
        if received is None:
            raise EOFError("the agent has hung up")
        if received.message["type"] == "error":
            raise RefusedError(received.message["code"], received.message["message"])
        return received

    def request(self, type: str, descriptors: tuple[int, ...] = (), **fields: Any) -> Message:
        """A request with one answer."""
        self.ask(type, descriptors, **fields)
        return self.hear().message

    def start(self, command: list[str], *, kind: str = "run", **fields: Any) -> Received:
        """Start a command; `started` comes back, with its descriptors."""
        run = {"timeout": None, "tty": None, "stdin": False, "detach": False, "mounts": []}
        rest = START if kind == "start" else run
        env = {"PATH": PATH, **fields.pop("env", {})}
        descriptors = fields.pop("descriptors", ())
        given = {"argv": command, "env": env, "cwd": "", **rest, **fields}
        self.ask(kind, descriptors, **given)
        return self.hear()

    def run(self, script: str, **fields: Any) -> tuple[int, bytes, bytes]:
        """A shell script to its end: code, stdout, stderr."""
        started = self.start(["sh", "-c", script], **fields)
        outputs = [read_all(descriptor) for descriptor in started.descriptors]
        code = self.hear().message["code"]
        return code, outputs[0], outputs[1]

    def close(self) -> None:
        self.channel.close()


def read_all(descriptor: int) -> bytes:
    """To the end, and close it; a terminal ends with an error."""
    pieces = []
    with suppress(OSError):
        while piece := os.read(descriptor, 1 << 16):
            pieces.append(piece)
    os.close(descriptor)
    return b"".join(pieces)


@dataclass
class RunningAgent:
    """An agent's main process, and how to talk to it."""

    pid: int
    address: str

    def connect(self) -> Manager:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        manager = Manager(Channel(connection, Connection("manager")), {})
        try:
            connection.connect(self.address)
            manager.hello = manager.request("hello", version=VERSION, client="test")
        except BaseException:
            manager.close()
            raise
        return manager

    def wait(self) -> int:
        """Until it has ended; its exit code."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def mannered() -> None:
    """All that a workload goes through here: whoever runs the tests may have ignored signals."""
    perform(ResetSignals())
    perform(Umask(0o002))


@contextmanager
def agent(layout: Layout, confine: Confine = mannered) -> Iterator[RunningAgent]:
    """An agent for a jar; nothing of it is left afterwards."""
    address = f"{layout.jar.folder}/{layout.jar.role}.sock"
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(address)
        listener.listen()
        pid = fork_child(lambda: _be_agent(layout, listener, confine), keep=(listener.fileno(),))
    running = RunningAgent(pid, address)
    try:
        yield running
    finally:
        _end(running)


def _be_agent(layout: Layout, listener: socket.socket, confine: Confine) -> None:
    syscalls.die_with_parent(signal.SIGKILL)
    Agent(layout, listener, confine).run()


def _end(running: RunningAgent) -> None:
    try:
        manager = running.connect()
    except (OSError, EOFError):  # it has ended, or does not know us
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGKILL)
    else:
        manager.request("end")
        manager.close()
    with suppress(ChildProcessError):
        running.wait()
