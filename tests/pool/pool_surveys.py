"""Machines that do not exist, as surveys: what setup decides is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from geniejars.config import Config, default_config
from geniejars.ids import Census
from geniejars.pool.places import Places
from geniejars.pool.record import Record
from geniejars.pool.survey import TOOLS, Account, Group, Interpreter, Survey
from geniejars.pool.trust import Found

AT = Places().of("gjar")
FIRST = 20_000
ROOTS = Found(0, 0, 0o40755)
MANAGER = Account(1000, 1000, Path("/home/ann"))

SYSTEM_FOLDERS = (
    "/", "/etc", "/etc/sudoers.d", "/etc/systemd", "/etc/systemd/system", "/etc/tmpfiles.d",
    "/run", "/usr", "/usr/bin", "/usr/bin/python3", "/usr/lib", "/usr/lib/python3.11",
    "/usr/local", "/usr/local/lib", "/var", "/var/lib", "/home",
)  # fmt: skip
FOUND = {
    **{Path(path): ROOTS for path in SYSTEM_FOLDERS},
    Path("/home/ann"): Found(1000, 1000, 0o40755),
}


def pool_config(**changes: Any) -> Config:
    """A pool of two jars for ann."""
    base = Path("/var/lib/geniejars/gjar")
    config = evolve(
        default_config(Path("/home/ann/.local/state/gjar/state.json")),
        pool_prefix="gjar",
        pool_size=2,
        home_base=base / "jars",
        common_dir=base / "common",
        common_user="gjarcommon",
        manager_user="ann",
        manager_group="gjar-mgr",
        python_path=Path("/usr/bin/python3"),
    )
    return evolve(config, **changes)


def survey(found: Mapping[Path, Found] = FOUND, **changes: Any) -> Survey:
    """A machine with the manager on it, and nothing of the pool's."""
    made = Survey(
        users={"root": Account(0, 0, Path("/root")), "ann": MANAGER},
        groups={"root": Group(0), "ann": Group(1000)},
        look=found.get,
        read={}.get,
        record=Record(),
        census=Census((range(65_536),), (range(1001),), range(0)),
        tools=frozenset(TOOLS),
        python=Interpreter((3, 11), (Path("/usr/lib/python3.11"),)),
        ours="digest",
        installed=None,
        allocated=(),
        agents=None,
        has_systemd=False,
    )
    return evolve(made, **changes)
