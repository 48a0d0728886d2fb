"""Guarantee 4: the agent cannot be killed, faked or listened in on from inside."""

from __future__ import annotations

import os
import resource
import signal
import socket
import stat
from pathlib import Path

from attack_calls import PIDFD_GETFD, call, libc
from attack_processes import PTRACE_SEIZE
from attack_record import SITUATIONS, Attack, Target, not_promised


def kill_agent(target: Target) -> bool:
    """Kills its agent, process 1 where there are namespaces."""
    os.kill(target.agent_pid, signal.SIGKILL)
    return True if target.agent_pid != 1 else _has_died(target)


def stop_agent(target: Target) -> bool:
    """Stops its agent, so that nothing in the jar can be ended any more."""
    os.kill(target.agent_pid, signal.SIGSTOP)
    return True if target.agent_pid != 1 else _has_died(target)


def _has_died(target: Target) -> bool:
    """To process 1 of a namespace a signal is "sent" and then ignored; were it not, we would not
    be here."""
    return not Path(f"/proc/{target.agent_pid}").exists()


def trace_agent(target: Target) -> bool:
    """Seizes its agent as a debugger."""
    libc("ptrace", PTRACE_SEIZE, target.agent_pid, 0, 0)
    return True


def limit_agent(target: Target) -> bool:
    """Gives its agent a second of processor time to live (RLIMIT_CPU)."""
    resource.prlimit(target.agent_pid, resource.RLIMIT_CPU, (1, 1))
    return True


def read_agents_memory(target: Target) -> bool:
    """Reads its agent's memory as a file."""
    return os.open(f"/proc/{target.agent_pid}/mem", os.O_RDWR) >= 0


def list_agents_files(target: Target) -> bool:
    """Looks at the open files of its agent."""
    return bool(os.listdir(f"/proc/{target.agent_pid}/fd"))


def steal_agents_socket(target: Target) -> bool:
    """Takes its agent's listening socket (pidfd_getfd)."""
    agent = os.pidfd_open(target.agent_pid)
    return any(_is_stolen(agent, number) for number in range(20))


def _is_stolen(process: int, number: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(call(PIDFD_GETFD, process, number, 0)).st_mode)
    except OSError:
        return False


def slow_agent(target: Target) -> bool:
    """Takes processor time from its agent (nice)."""
    os.setpriority(os.PRIO_PROCESS, target.agent_pid, 19)
    return True


def ask_own_agent(target: Target) -> bool:
    """Connects to its agent's socket as a manager does."""
    return _connects(target.state / "run" / f"{target.jar}.live.sock")


def ask_neighbours_agent(target: Target) -> bool:
    """Connects to another jar's agent."""
    return _connects(target.state / "run" / f"{target.neighbour}.live.sock")


def ask_server(target: Target) -> bool:
    """Connects to the server that starts agents."""
    return _connects(target.state / "run" / "server.sock")


def ask_zygote(target: Target) -> bool:
    """Connects to the process that makes jars."""
    return _connects(target.state / "run" / "zygote.sock", socket.SOCK_SEQPACKET)


def _connects(path: Path, kind: int = socket.SOCK_STREAM) -> bool:
    with socket.socket(socket.AF_UNIX, kind) as asker:
        asker.connect(str(path))
        return True


def squat_socket_name(target: Target) -> bool:
    """Listens where the next jar's agent would, to be taken for it."""
    with socket.socket(socket.AF_UNIX) as fake:
        fake.bind(str(target.state / "run" / f"{target.neighbour}.squat.sock"))
        fake.listen()
        return True


def use_inherited_socket(target: Target) -> bool:
    """Looks for a socket that its agent left open in it."""
    return any(_is_socket(number) for number in range(3, 256))


def _is_socket(number: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:
        return False


_ANYWHERE = dict.fromkeys(
    SITUATIONS, not_promised("a workload can slow its own agent, and nothing more")
)

ATTACKS = (
    Attack(kill_agent, 4),
    Attack(stop_agent, 4),
    Attack(trace_agent, 4),
    Attack(limit_agent, 4),
    Attack(read_agents_memory, 4),
    Attack(list_agents_files, 4),
    Attack(steal_agents_socket, 4),
    Attack(slow_agent, 4, _ANYWHERE),
    Attack(ask_own_agent, 4),
    Attack(ask_neighbours_agent, 4),
    Attack(ask_server, 4),
    Attack(ask_zygote, 4),
    Attack(squat_socket_name, 4),
    Attack(use_inherited_socket, 4),
)
