"""Where things lie in a jar's folder. What is listed here is closed to the workload but for the
places and the scratch folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as File
from typing import Literal

from genieagent.jar import SCRATCH, Jar

PlaceName = Literal["home", "root"]


@dataclass(frozen=True)
class Layout:
    """Live and build agent of a jar share all but `tmp` and `scratch`."""

    jar: Jar

    def place(self, name: PlaceName) -> str:
        """The folder itself; in a RUN without namespaces the two have each other's path."""
        return self.jar.place(name)

    def index(self, name: PlaceName) -> File:
        return self._folder / f"{name}.index"

    @property
    def has_namespaces(self) -> bool:
        return self.jar.situation in ("full", "single")

    @property
    def shown(self) -> PlaceName:
        """The place that this agent's workloads see as their home."""
        return "root" if self.jar.role == "build" else "home"

    @property
    def journal(self) -> File:
        """A change of the home that was decided; see journal.py."""
        return self._folder / "journal"

    @property
    def journal_lock(self) -> File:
        """Held by whoever carries out what the journal says."""
        return self._folder / "journal.lock"

    @property
    def mounts(self) -> File:
        """Cache folders that are in the root at the moment; see cachemounts.py."""
        return self._folder / "mounts"

    @property
    def mounts_lock(self) -> File:
        """Held while they are there for a command."""
        return self._folder / "mounts.lock"

    @property
    def swap(self) -> File:
        """Home and root have each other's name at the moment; see swap.py."""
        return self._folder / "swapped"

    @property
    def swap_lock(self) -> File:
        """Held while they have; shared by whoever needs the home under its own name."""
        return self._folder / "swap.lock"

    @property
    def all_tmp(self) -> File:
        """Of both roles."""
        return self._folder / "tmp"

    @property
    def tmp(self) -> File:
        return self.all_tmp / self.jar.role

    @property
    def cache(self) -> File:
        return self._folder / "cache"

    @property
    def backup(self) -> File:
        return self._folder / "backup"

    @property
    def log(self) -> File:
        """CMD's output; older parts beside it, as app.log.1 …"""
        return self._folder / "log" / "app.log"

    @property
    def stamp(self) -> File:
        return self.tmp / "stamp"

    @property
    def scratch(self) -> File | None:
        """The workload's folder for temporary files where it has no /tmp of its own."""
        return None if self.has_namespaces else self._folder / SCRATCH / self.jar.role

    @property
    def _folder(self) -> File:
        return File(self.jar.folder)
