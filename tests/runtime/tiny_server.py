"""A manager's server in miniature, run as the manager: starts a zygote and does what it is told.

`python tiny_server.py STATE_FOLDER WORD…`: the words start the zygote. One JSON object a line
comes in, one goes out: {"do": "ask", "order": {…}} or {"do": "run", "jar", "role", "argv"}.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

CONTROL = 3


class Server:
    def __init__(self, state: Path, words: list[str]):
        self._run = state / "run"
        control = self._listen("zygote")
        self.zygote = os.fork()
        if self.zygote == 0:
            os.dup2(control.fileno(), CONTROL)
            os.set_inheritable(CONTROL, True)
            os.execve(words[0], words, {})  # noqa: S606
        control.close()
        self._zygote_socket = self._connect("zygote")

    def do(self, told: dict[str, Any]) -> dict[str, Any]:
        return self.ask(told["order"]) if told["do"] == "ask" else self.run(told)

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """A start brings a new listening socket, which gets its name only when it is served."""
        listeners = [self._listen("new")] if order.get("verb") == "start" else []
        folders = [self._open(Path(share["target"])) for share in order.get("shares", ())]
        descriptors = [*(listener.fileno() for listener in listeners), *folders]
        socket.send_fds(self._zygote_socket, [json.dumps(order).encode()], descriptors)
        packet, received, _, _ = socket.recv_fds(self._zygote_socket, 1 << 16, 253)
        for descriptor in (*received, *folders):
            os.close(descriptor)
        reply = json.loads(packet)
        if listeners and reply["ok"]:
            self._path("new").rename(self._path(f"{order['jar']}.{order['role']}"))
        return {**reply, "descriptors": len(received)}

    def _open(self, target: Path) -> int:
        return os.open(target if target.exists() else "/", os.O_RDONLY)

    def run(self, told: dict[str, Any]) -> dict[str, Any]:
        agent = self._connect(f"{told['jar']}.{told['role']}")
        with tempfile.TemporaryFile() as output, Path(os.devnull).open("rb") as nothing:
            standard = [nothing.fileno(), output.fileno(), output.fileno()]
            socket.send_fds(agent, [json.dumps({"argv": told["argv"]}).encode()], standard)
            code = json.loads(agent.recv(1 << 16))["code"]
            output.seek(0)
            return {"code": code, "output": output.read().decode(errors="replace")}

    def _path(self, name: str) -> Path:
        return self._run / f"{name}.sock"

    def _listen(self, name: str) -> socket.socket:
        self._path(name).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(str(self._path(name)))
        listener.listen()
        return listener

    def _connect(self, name: str) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.connect(str(self._path(name)))
        return connection


def main() -> None:
    server = Server(Path(sys.argv[1]), sys.argv[2:])
    print(json.dumps({"zygote": server.zygote}), flush=True)
    for line in sys.stdin:
        print(json.dumps(server.do(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
