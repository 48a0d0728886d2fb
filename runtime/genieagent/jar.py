"""One jar as its agent knows it: names, places and ids, all fixed when the zygote makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from genieagent.facts import Network

Role = Literal["live", "build"]
Situation = Literal["full", "no-namespaces", "single", "weak"]

SCRATCH = "scratch"
"""Where the workload's temporary folders lie when it has no private /tmp, in the jar's folder."""


@dataclass(frozen=True)
class Ids:
    """Numbers as seen inside the jar. The agent is (agent, workload, agent); a workload all W."""

    manager_uid: int
    manager_gid: int
    agent: int
    workload: int


@dataclass(frozen=True)
class Limits:
    processes: int
    tmp_bytes: int


@dataclass(frozen=True)
class Jar:
    """`folder` is the jar's folder as the agent sees it; `home` the home as the workload does."""

    name: str
    role: Role
    situation: Situation
    folder: str
    home: str
    user: str
    ids: Ids
    limits: Limits
    idle_timeout: float  # seconds; 0 = never
    network: Network = "host"
    ports: tuple[int, ...] = ()
    has_foreign_shares: bool = False  # folders that show the manager as their owner inside, too

    def place(self, name: Literal["home", "root"]) -> str:
        return f"{self.folder}/{name}"
