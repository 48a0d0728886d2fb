"""What an attack is, and what it knows of the machine. Standard library only: this runs in jars."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Verdict = Literal["refused", "harmless", "not promised"]
SITUATIONS = ("full", "no-namespaces", "single", "weak")


@dataclass(frozen=True)
class Expectation:
    """What comes of an attack in one situation; all but a refusal have a reason."""

    verdict: Verdict
    reason: str = ""


REFUSED = Expectation("refused")


def harmless(reason: str) -> Expectation:
    """It succeeds, and touches nothing but the jar."""
    return Expectation("harmless", reason)


def not_promised(reason: str) -> Expectation:
    """It succeeds, and the documents say so."""
    return Expectation("not promised", reason)


@dataclass(frozen=True)
class Target:
    """What an attacker knows: everything but the secret itself.

    The victims are processes for this attack alone. In the folder `open` everybody may write.
    """

    jar: str
    neighbour: str
    neighbour_home: Path
    open: Path
    manager_home: Path
    state: Path
    manager_pid: int
    neighbour_pid: int
    agent_pid: int
    neighbour_port: int
    loopback_port: int
    listed_port: int
    datagram_port: int
    proxy_port: int
    abstract_socket: str
    terminal: Path
    secret_digest: str

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Target:
        paths = ("open", "manager_home", "state", "terminal", "neighbour_home")
        return cls(**{k: Path(v) if k in paths else v for k, v in values.items()})

    def is_secret(self, text: str) -> bool:
        """Whether the manager's secret is a word of this text."""
        return any(
            hashlib.sha256(word.encode()).hexdigest() == self.secret_digest
            for word in text.replace("\0", " ").replace("=", " ").replace('"', " ").split()
        )


@dataclass(frozen=True)
class Attack:
    """`program` runs as a workload: true when it succeeded; false or OSError when it was refused.

    `expected` holds the situations where it is not refused. Without a jar the manager itself can
    do it, or only root (`needs_root`). `plant` is what the tenant before has done.
    """

    program: Callable[[Target], object]
    guarantee: int
    expected: Mapping[str, Expectation] = field(default_factory=dict)
    needs_root: bool = False
    plant: Callable[[Target], object] | None = None

    @property
    def name(self) -> str:
        return self.program.__name__.replace("_", "-")

    @property
    def title(self) -> str:
        return " ".join((self.program.__doc__ or "").split())

    def expectation(self, situation: str) -> Expectation:
        return self.expected.get(situation, REFUSED)
