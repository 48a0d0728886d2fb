"""Where a pool has its parts on a machine, by its name, which is the config's poolPrefix."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

REGISTRY = Path("/var/lib/jarbuild/ids")
"""Where every root manager and pool on a machine notes the ids of its jars."""

CODE = "genieagent"
"""The package that runs as root, copied into the pool's folder."""


@frozen
class Places:
    """The system's folders; only root can change them."""

    pools: Path = Path("/usr/local/lib/jarbuild")  # root's programs, a folder a pool
    run: Path = Path("/run/jarbuild")  # sockets; lost at a reboot
    sudoers: Path = Path("/etc/sudoers.d")
    tmpfiles: Path = Path("/etc/tmpfiles.d")
    units: Path = Path("/etc/systemd/system")
    systemd: Path = Path("/run/systemd/system")  # exists where systemd runs: sd_booted(3)
    registry: Path = REGISTRY  # of all ids that jars have on this machine

    def of(self, pool: str) -> PoolPlaces:
        return PoolPlaces(pool, self)


@frozen
class PoolPlaces:
    """Those of one pool."""

    pool: str
    places: Places

    @property
    def folder(self) -> Path:
        return self.places.pools / self.pool

    @property
    def program(self) -> Path:
        """What sudo's one rule is for."""
        return self.folder / "zygote"

    @property
    def code(self) -> Path:
        return self.folder / CODE

    @property
    def facts(self) -> Path:
        return self.folder / "facts.json"

    @property
    def record(self) -> Path:
        """What setup has made, and uninstall removes."""
        return self.folder / "made.json"

    @property
    def run(self) -> Path:
        return self.places.run / self.pool

    @property
    def sudo_rule(self) -> Path:
        return self.places.sudoers / f"jarbuild-{self.pool}"

    @property
    def tmpfiles_entry(self) -> Path:
        return self.places.tmpfiles / f"jarbuild-{self.pool}.conf"

    @property
    def unit_name(self) -> str:
        return f"jarbuild-{self.pool}.service"

    @property
    def unit(self) -> Path:
        return self.places.units / self.unit_name


SYSTEM = Places()
