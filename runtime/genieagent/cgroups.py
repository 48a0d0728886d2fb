"""Control groups (version 2) of jars: what bounds and ends a jar as a whole. See cgroups(7).

Used only where the facts ask for memory or CPU bounds, and where this process's own group has been
delegated to it: by systemd, which marks such groups, or because there is no systemd to own them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from genieagent.facts import Facts

CONTROLLERS = ("memory", "cpu", "pids")
_PERIOD = 100_000  # microseconds; the kernel's own default of cpu.max
_PREFIX = "jarbuild-"
_MARKS = ("trusted.delegate", "user.delegate")
"""What systemd sets on a group that is its unit's own business (Delegate=yes)."""

_SYSTEMD = Path("/run/systemd/system")


@dataclass(frozen=True)
class Cgroups:
    """The folder in which each jar's group is made, and which controllers work in it."""

    base: str
    controllers: frozenset[str]

    def group(self, jar: str, role: str) -> str:
        return f"{self.base}/{jar}-{role}"


def is_wanted(facts: Facts) -> bool:
    return facts.memory_max is not None or facts.cpu_max is not None


def take_over(facts: Facts) -> Cgroups | None:
    """A folder for jars' groups; None where none is wanted, or none can be had."""
    own = own_group(Path("/proc/self/mountinfo").read_text(), Path("/proc/self/cgroup").read_text())
    if own is None or not is_wanted(facts) or not _is_delegated(own):
        return None
    try:
        return _prepare(own)
    except OSError:
        return None


def own_group(mounts: str, membership: str) -> Path | None:
    """From proc(5)'s mountinfo and cgroup files; None without version 2."""
    paths = [line[3:] for line in membership.splitlines() if line.startswith("0::/")]
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith("cgroup2 ") and paths:
            root, point = before.split()[3:5]
            return Path(point, os.path.relpath(paths[0], root))
    return None


def unbounded(facts: Facts, found: Cgroups | None) -> Iterator[str]:
    """What was asked for and does not hold, in sentences."""
    held = frozenset() if found is None else found.controllers
    wanted = {"memory": facts.memory_max, "cpu": facts.cpu_max}
    for controller, value in wanted.items():
        if value is not None and controller not in held:
            yield (
                f"{controller}Max does not hold: no control group with the {controller} controller "
                "is delegated here (systemd: Delegate=yes)"
            )


def make_group(path: str, values: Mapping[str, str]) -> None:
    """Raises OSError."""
    Path(path).mkdir(exist_ok=True)
    for name, value in values.items():
        Path(path, name).write_text(value)


def bounds(facts: Facts, controllers: frozenset[str]) -> dict[str, str]:
    """The files of a jar's group and what goes into them."""
    values: dict[str, str] = {}
    if "memory" in controllers and facts.memory_max is not None:
        values |= {"memory.max": str(facts.memory_max), "memory.swap.max": "0"}
    if "cpu" in controllers and facts.cpu_max is not None:
        values["cpu.max"] = f"{round(facts.cpu_max * _PERIOD)} {_PERIOD}"
    if "pids" in controllers:
        values["pids.max"] = str(facts.process_limit)
    return values


def end_group(path: str) -> None:
    """Kill whatever is in it; fine where it is gone."""
    with suppress(OSError):
        Path(path, "cgroup.kill").write_text("1")


def remove_group(path: str) -> None:
    with suppress(OSError):
        Path(path).rmdir()


def _is_delegated(own: Path) -> bool:
    if not os.access(own / "cgroup.procs", os.W_OK):
        return False
    marks = [_mark(own, name) for name in _MARKS]
    return b"1" in marks or not _SYSTEMD.exists()


def _mark(folder: Path, name: str) -> bytes:
    try:
        return os.getxattr(folder, name)
    except OSError:
        return b""


def _prepare(own: Path) -> Cgroups:
    _remove_stale(own)
    base = own / f"{_PREFIX}{os.getpid()}"
    base.mkdir()
    if (own / "cgroup.type").exists():  # not the machine's root, where processes may stay
        _step_aside(base)
    _enable(own)
    _enable(base)
    active = (base / "cgroup.subtree_control").read_text().split()
    return Cgroups(str(base), frozenset(active) & frozenset(CONTROLLERS))


def _step_aside(base: Path) -> None:
    """A group that bounds others holds no process itself."""
    zygote = base / "zygote"
    zygote.mkdir()
    (zygote / "cgroup.procs").write_text("0")


def _enable(folder: Path) -> None:
    """Each for itself: one that is in use elsewhere, or missing, must not cost the others."""
    for controller in CONTROLLERS:
        with suppress(OSError):
            (folder / "cgroup.subtree_control").write_text(f"+{controller}")


def _remove_stale(own: Path) -> None:
    """What zygotes have left that were killed."""
    for base in own.glob(f"{_PREFIX}*"):
        if not Path("/proc", base.name.removeprefix(_PREFIX)).exists():
            for group in (*base.iterdir(), base):
                remove_group(str(group))
