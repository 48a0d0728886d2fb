"""A zygote whose agents do one thing: run what they are told as a workload. For tests.

`python -I -S tiny_zygote.py RUNTIME_FOLDER FACTS`, the listening socket as descriptor 3.
"""

from __future__ import annotations

import json
import os
import socket
import sys

sys.path.append(sys.argv[1])

from genieagent import startup, zygote
from genieagent.confine import enter_workload
from genieagent.isolation import Isolation
from genieagent.jar import Jar


def serve(jar: Jar, listener: socket.socket, workload: Isolation) -> None:
    """One connection, one command: {"argv"} and descriptors 0, 1, 2; its exit code comes back.

    An empty command is the last.
    """
    argv = ["any"]
    while argv:
        connection, _ = listener.accept()
        packet, standard, _, _ = socket.recv_fds(connection, 1 << 16, 3)
        argv = json.loads(packet)["argv"]
        code = _run_and_wait(argv, standard, jar, workload) if argv else 0
        for descriptor in standard:
            os.close(descriptor)
        connection.send(json.dumps({"code": code}).encode())
        connection.close()


def _run_and_wait(argv: list[str], standard: list[int], jar: Jar, workload: Isolation) -> int:
    child = os.fork()
    if child == 0:
        _run(argv, standard, jar, workload)
    return os.waitstatus_to_exitcode(_wait_for(child))


def _wait_for(child: int) -> int:
    """An init reaps whatever comes to it."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return status


def _run(argv: list[str], standard: list[int], jar: Jar, workload: Isolation) -> None:
    try:
        for number, descriptor in enumerate(standard):
            os.dup2(descriptor, number)
        os.setsid()
        enter_workload(workload)
        os.chdir(jar.home)
        os.closerange(3, 100)
        environment = {"HOME": jar.home, "USER": jar.user, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        os.execve(argv[0], argv, environment)  # noqa: S606
    except Exception as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(127)


if __name__ == "__main__":
    startup.become_plain(kept=zygote.CONTROL)
    zygote.main(sys.argv[2], serve)
