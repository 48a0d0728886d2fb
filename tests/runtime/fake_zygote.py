"""A zygote without isolation and agents without jars, for the server's tests.

`python fake_zygote.py RUNTIME MODE -I -S FOLDER FACTS`, as the server starts the real one; MODE
"works", "refuses" or "dies". An agent's CMD is a flag: `start` sets it, `stop` clears it.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Any

sys.path.append(sys.argv[1])

from genieagent.wire import VERSION, Channel, Connection

MODE, FACTS = sys.argv[2], json.loads(Path(sys.argv[-1]).read_text())
REFUSAL = {"ok": False, "code": "weak", "message": "no jars here", "help": "try --isolation weak"}
NEVER_RAN = {
    **dict.fromkeys(("started", "exit", "ended", "restart_in", "health")),
    "restarts": 0, "gave_up": False, "lost": False,
}  # fmt: skip
PR_SET_PDEATHSIG = 1


class Zygote:
    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.agents: dict[tuple[str, str], tuple[int, int]] = {}

    def run(self) -> None:
        control = socket.socket(fileno=3)
        self.selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is control:
                    self.selector.register(control.accept()[0], selectors.EVENT_READ)
                else:
                    self.hear(key.fileobj)  # type: ignore[arg-type]

    def hear(self, connection: socket.socket) -> None:
        packet, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, 1)
        if not packet:
            self.selector.unregister(connection)
            connection.close()
            return
        self.bury()
        order = json.loads(packet)
        reply, passed = self.answer(order, descriptors)
        socket.send_fds(connection, [json.dumps({"ok": True, **reply}).encode()], passed)
        if order["verb"] == "leave" and reply.get("ok", True):
            sys.exit()

    def answer(self, order: dict[str, Any], fds: list[int]) -> tuple[dict[str, Any], list[int]]:
        match order["verb"]:
            case "leave":
                busy = {"ok": False, "code": "busy", "message": "agents", "help": None}
                return (busy if self.agents else {}), []
            case _ if MODE == "refuses":
                return REFUSAL, []
            case "start":
                return {"pid": self.start(order["jar"], order["role"], fds[0])}, []
            case "end":
                self.end(order["jar"], [order["role"]] if order["role"] else ["live", "build"])
            case "wipe":
                self.end(order["jar"], ["live", "build"])
                folder = Path(FACTS["jars"], order["jar"])
                folder.mkdir(exist_ok=True)
                (folder / "wiped").write_text(str(order["number"]))
            case "handover":
                return {"count": 7}, []
            case "list":
                return self.list()
        return {}, []

    def start(self, jar: str, role: str, listener: int) -> int:
        Path(FACTS["jars"], jar).mkdir(exist_ok=True)
        pid = os.fork()
        if pid == 0:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            serve(jar, role, socket.socket(fileno=listener))
            os._exit(0)
        self.agents[jar, role] = (pid, listener)
        return pid

    def end(self, jar: str, roles: list[str]) -> None:
        for role in roles:
            if agent := self.agents.pop((jar, role), None):
                os.kill(agent[0], signal.SIGKILL)
                os.waitpid(agent[0], 0)
                os.close(agent[1])

    def bury(self) -> None:
        for key, (pid, listener) in list(self.agents.items()):
            if os.waitpid(pid, os.WNOHANG)[0]:
                os.close(listener)
                del self.agents[key]

    def list(self) -> tuple[dict[str, Any], list[int]]:
        listed = [{"jar": j, "role": r, "pid": p} for (j, r), (p, _) in self.agents.items()]
        found = {"situation": "full", "lost": ["nothing"], "agents": listed}
        return found, [listener for _, listener in self.agents.values()]


def serve(jar: str, role: str, listener: socket.socket) -> None:
    """One connection at a time."""
    if MODE == "dies":
        os._exit(1)
    running = False
    listener.settimeout(FACTS["idle_timeout"] or None)
    while True:
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            if running:
                continue
            os._exit(0)
        connection.settimeout(None)
        with Channel(connection, Connection("agent")) as channel:
            while (request := channel.receive_message()) is not None:
                running = answer(channel, request.message["type"], jar, role, running)


def answer(channel: Channel, request: str, jar: str, role: str, running: bool) -> bool:
    me = os.getpid()
    match request:
        case "hello":
            words = {"version": VERSION, "jar": jar, "role": role, "situation": "full"}
            channel.send("hello", **words, home="/home/jar", pid=me)
        case "status":
            app = {"running": running, "pid": me if running else None, **NEVER_RAN}
            channel.send("status", **app, sessions=[], processes=0)
        case "start":
            channel.send("started", pid=me)
            channel.send("done")
            return True
        case "stop":
            channel.send("stopped", code=0)
            return False
        case "end":
            channel.send("done")
            os._exit(0)
        case _:
            channel.send("error", code="fake", message=request)
    return running


if __name__ == "__main__":
    Zygote().run()
