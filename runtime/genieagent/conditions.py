"""What all jars of one zygote have in common: its facts, and the situation that it found."""

from __future__ import annotations

from dataclasses import dataclass

from genieagent.cgroups import Cgroups
from genieagent.facts import Facts
from genieagent.jar import Situation


@dataclass(frozen=True)
class JarIds:
    """Numbers as the zygote sees them, each both a user and a group id."""

    workload: int
    agent: int


@dataclass(frozen=True)
class Conditions:
    """`manager_uid` and `manager_gid` as the zygote sees them: 0 in a user namespace of its own.

    `lost` says in sentences what a better situation would give, `ways` how to get it.
    """

    facts: Facts
    situation: Situation
    landlock_abi: int
    manager_uid: int
    manager_gid: int
    lost: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    cgroups: Cgroups | None = None

    @property
    def has_namespaces(self) -> bool:
        return self.situation in ("full", "single")

    @property
    def has_own_ids(self) -> bool:
        return self.situation in ("full", "no-namespaces")

    @property
    def may_map_mounts(self) -> bool:
        """Whether the zygote is root on the machine itself, and mounts are a jar's own."""
        is_root = self.manager_uid == self.facts.manager_uid
        return self.situation == "full" and is_root

    @property
    def has_own_network(self) -> bool:
        """Each jar and role then has a network namespace, with a loopback and nothing else."""
        return self.facts.network != "host"

    @property
    def jars_owner(self) -> int:
        """Who owns the folder of all jars, and alone may change it."""
        return 0 if self.facts.is_pool else self.manager_uid

    def jar_ids(self, jar_number: int) -> JarIds:
        """Raises ValueError for a number outside the range."""
        if not self.has_own_ids:
            return JarIds(self.manager_uid, self.manager_uid)
        first, count = self.facts.first_id, self.facts.id_count
        if first is None or not 0 <= 2 * jar_number < count - 1:
            raise ValueError(f"no ids for jar number {jar_number}: there are {count}")
        return JarIds(first + 2 * jar_number, first + 2 * jar_number + 1)
