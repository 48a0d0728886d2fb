"""The jar that a plan is executed in, as the runner sees it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from genieagent.jar import Role
from genieagent.trees import Digest, Tree
from geniejars.plan import Prepared

if TYPE_CHECKING:
    from geniejars.client import AgentSession


class Site(Protocol):
    """One allocated jar. Everything here may raise MachineError."""

    @property
    def name(self) -> str: ...

    @property
    def home(self) -> str:
        """The home's real path, as the manager sees it."""

    def locked(self, waiting: str) -> AbstractContextManager[None]:
        """Held by one build at a time; `waiting` is said on the screen while another has it."""

    def connect(self, role: Role) -> AgentSession:
        """Talk to the jar's agent of this role; it is started where none runs."""

    def end(self, role: Role) -> None:
        """End the agent of this role and everything it started."""

    def hand_over(self) -> None:
        """What the manager made in the home becomes the jar's."""

    def expect(self, tree: Tree, prepared: Prepared) -> None:
        """Note in the state what the home is about to become, before it is touched."""

    def known_trees(self) -> tuple[Digest, ...]:
        """Digests of what the last build made of the home, and of what one was about to make."""

    def settle(self) -> str | None:
        """The home is what was expected: make it the state; the jar's alias comes back."""

    def start_app(self) -> None:
        """Start CMD as the last build prepared it, detached."""
