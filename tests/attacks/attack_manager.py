"""A manager at work, to be attacked: files, memory, sockets, a terminal, and processes.

    python3 attack_manager.py HOME DIGEST SECRET COUNT

Standard library only; runs as the manager. A line of JSON says what there is; at the end of its
standard input all of it is gone.
"""

from __future__ import annotations

import ctypes
import json
import os
import pty
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import attack_open_proxy

_IPC_CREAT, _IPC_RMID = 0o1000, 0


def main(home: Path, digest: str, secret: str, count: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is killed is gone at once
    _, terminal = pty.openpty()
    os.chdir(home)
    name = f"jbt-{digest[:12]}"
    files = [home / "canary", home / "shared", Path("/tmp", name), Path("/dev/shm", name)]
    for file in files:
        file.write_text(secret)
        file.chmod(0o644)
    segment = _share_memory(int(digest[:7], 16), secret)
    servers = _servers(home, digest)
    children = [
        _child(lambda s=server, n=name: _tell(s, n if n == "listed" else secret))
        for name, server in servers.items()
    ]
    proxy = socket.create_server(("127.0.0.1", 0))
    datagrams = socket.socket(type=socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    children += [
        _child(lambda: attack_open_proxy.serve(proxy)),
        _child(lambda: _tell_by_datagram(datagrams, secret)),
    ]
    victims = [_child(_wait) for _ in range(count)]
    said = {
        "victims": victims,
        "terminal": os.ttyname(terminal),
        "abstract_socket": f"jbt-{digest[:12]}",
        "loopback_port": servers["loopback"].getsockname()[1],
        "listed_port": servers["listed"].getsockname()[1],
        "datagram_port": datagrams.getsockname()[1],
        "proxy_port": proxy.getsockname()[1],
    }
    print(json.dumps(said), flush=True)
    sys.stdin.read()
    _clean_up([*victims, *children], [*files, home / "socket"], segment)


def _share_memory(key: int, secret: str) -> int:
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    segment = libc.shmget(key, 4096, _IPC_CREAT | 0o644)
    ctypes.memmove(libc.shmat(segment, None, 0), secret.encode(), len(secret))
    return int(segment)


def _servers(home: Path, digest: str) -> dict[str, socket.socket]:
    abstract, file = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0jbt-{digest[:12]}")
    file.bind(str(home / "socket"))
    (home / "socket").chmod(0o666)
    for server in (abstract, file):
        server.listen()
    loopback = socket.create_server(("127.0.0.1", 0))
    return {
        "abstract": abstract,
        "file": file,
        "loopback": loopback,
        "other host": socket.create_server(("127.0.0.2", loopback.getsockname()[1])),
        "listed": socket.create_server(("127.0.0.1", 0)),
    }


def _tell(server: socket.socket, secret: str) -> None:
    while True:
        asker, _ = server.accept()
        asker.send(secret.encode())
        asker.close()


def _tell_by_datagram(server: socket.socket, secret: str) -> None:
    while True:
        _, asker = server.recvfrom(100)
        server.sendto(secret.encode(), asker)


def _wait() -> None:
    while True:
        signal.pause()


def _child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        work()
    return pid


def _clean_up(processes: list[int], files: list[Path], segment: int) -> None:
    for pid in processes:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    for file in files:
        file.unlink(missing_ok=True)
    ctypes.CDLL(None).shmctl(segment, _IPC_RMID, None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
