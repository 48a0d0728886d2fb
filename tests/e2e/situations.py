"""Every situation that jars can be in on one machine: a manager, its home and its config."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from clearing import remove
from machines import KINDS, REFUSED, Kind, Machine, is_root, my_name
from pools import pool_of
from workers import WORKER

ROOT, _, USER, PLAIN = KINDS
POOL = Kind("pool", "full")
"""A plain manager's, whose jars are system users."""

_JARS = 4
_PORTS = 20
_FIRST_PORT = 30_000 + 1_000 * WORKER


def _situations() -> tuple[Kind, ...]:
    """An ordinary user has only its own."""
    if is_root():
        weak = Kind("user-weak", "weak", user=REFUSED.user, namespaces=False)
        return *KINDS, weak, POOL
    has_range = f"{my_name()}:" in Path("/etc/subuid").read_text()
    return Kind("user", "full" if has_range else "single"), Kind("weak", "weak", namespaces=False)


SITUATIONS = _situations()


@contextmanager
def machine_of(kind: Kind, world: Path, scripts: Path, **settings: object) -> Iterator[Machine]:
    """A manager with a config of its own, in $GENIEJARS_HOME; its home may be looked into.

    `settings` go into the config.
    """
    if kind is POOL:
        with pool_of(scripts, size=_JARS, **settings) as pool:
            pool.set_up()
            pool.machine.home.chmod(0o755)
            yield pool.machine
        return
    # Short, for a socket's path may have 107 bytes and lies far below (unix(7)).
    home = Path(tempfile.mkdtemp(prefix="m-", dir=world))
    home.chmod(0o755)
    machine = Machine(kind, home, scripts, {"GENIEJARS_HOME": str(home)})
    if not kind.user:
        machine.environment |= {
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
        }
    _configure(machine, settings)
    machine.own(home)
    try:
        yield machine
    finally:
        remove(home)


def _configure(machine: Machine, settings: Mapping[str, object]) -> None:
    """Situations have ports of their own: they may be there at the same time."""
    number = SITUATIONS.index(machine.kind) if machine.kind in SITUATIONS else len(SITUATIONS)
    config = {
        "poolSize": _JARS,
        "portBase": _FIRST_PORT + number * _PORTS,
        "portCount": _PORTS,
        **({"isolation": "weak"} if machine.kind.label == "weak" else {}),
        **settings,
    }
    (machine.home / "geniejars.config.json").write_text(json.dumps(config))


def kept_by(machine: Machine) -> tuple[Path, ...]:
    """The folders in which our commands keep what they keep for this manager."""
    home, base = machine.home, Path(machine.environment["GENIEJARS_HOME"])
    names = ("state", "cache", ".local/state", ".cache", "jars", "geniejars-backups")
    found = (folder / name for folder in dict.fromkeys((home, base)) for name in names)
    return tuple(folder for folder in found if folder.is_dir())


def state_of(machine: Machine) -> Path:
    """The folder of its state file."""
    (found,) = (file for top in kept_by(machine) for file in top.rglob("state.json"))
    return found.parent
