"""What Landlock leaves open: paths with rights, for jars with and without a root of their own.

Data only; which of the rights the kernel knows is decided in landlock_layer.py.
"""

from __future__ import annotations

from genieagent import view
from genieagent.host import HOSTS, RESOLVER, SYSTEM_FOLDERS, Host
from genieagent.jar import Jar
from genieagent.landlock import CHANGE, READ, WRITE, Access, Allow
from genieagent.view import FOLDER, HOME, Shown

_ANY_FILE: Access = frozenset({"read_file"})
_TELLING = ("cpuinfo", "meminfo", "stat", "loadavg", "uptime")
_ETC = (HOSTS, RESOLVER, "/etc/passwd", "/etc/group", "/etc/hostname")


def inside_for_agent(shares: tuple[Shown, ...]) -> tuple[Allow, ...]:
    return Allow("/", READ), Allow(FOLDER, READ | WRITE), *_private_inside(shares)


def inside_for_workload(visible: tuple[str, ...], shares: tuple[Shown, ...]) -> tuple[Allow, ...]:
    """Of what is `visible` all may be read."""
    return *(Allow(path, READ) for path in visible), *_private_inside(shares)


def _private_inside(shares: tuple[Shown, ...]) -> tuple[Allow, ...]:
    writable = (share.target for share in shares if share.writable)
    folders = (HOME, *view.PRIVATE_FOLDERS, *writable)
    return (
        *(Allow(folder, READ | WRITE) for folder in folders),
        Allow("/dev", READ | CHANGE),
        Allow("/proc", READ | CHANGE),
    )


def outside_for_agent(host: Host, jar: Jar) -> tuple[Allow, ...]:
    """Beside what its workloads have: it makes the terminals they get, and counts processes.

    Whole folders where the machine may replace a file: an agent's rules are as old as it is, and
    what they do not allow no workload gets.
    """
    return (
        Allow(jar.folder, READ | WRITE),
        Allow("/proc", READ),
        Allow("/etc", READ),
        Allow(host.resolver_folder, READ),
        Allow("/dev/pts", READ | CHANGE),
    )


def outside_for_workload(
    host: Host, shown: tuple[str, ...], own: tuple[str, ...], *, shares_user: bool
) -> tuple[Allow, ...]:
    """`shown` may be read, `own` changed. A shared user's terminals and memory stay out."""
    private = (*(Allow(path, READ | WRITE) for path in own), *(() if shares_user else _MACHINES))
    return *_readable_outside(host, shown), *private


_MACHINES = (
    Allow("/dev/shm", READ | WRITE),  # noqa: S108
    Allow("/dev/pts", READ | CHANGE),
)


def _readable_outside(host: Host, shown: tuple[str, ...]) -> tuple[Allow, ...]:
    etc = [path for path in host.sources if path.startswith("/etc/")]
    return (
        *(Allow(path, READ) for path in (*SYSTEM_FOLDERS, *etc, *_ETC, *sorted(shown))),
        *(Allow(f"/proc/{name}", _ANY_FILE) for name in _TELLING),
        *(Allow(f"/dev/{name}", _ANY_FILE | CHANGE) for name in (*view.DEVICES, "ptmx")),
    )
