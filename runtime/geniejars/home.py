"""One allocated jar as builds and commands use it: the runner's Site, over a real server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from attrs import define

from genieagent.jar import Role
from genieagent.trees import Digest, Tree
from geniejars.aliases import rename
from geniejars.apps import link_log, prepared_app
from geniejars.client import AgentSession
from geniejars.config import Config
from geniejars.jars import clear_if_left
from geniejars.locks import locked
from geniejars.plan import Prepared
from geniejars.prepared import prepared_as_json
from geniejars.reception import connect, reach_server
from geniejars.state import (
    JarEntry,
    Pending,
    State,
    changing_state,
    home_dir,
    occupied_entry,
    read_state,
)


@define
class Home:
    """`on_wait` is told what is waited for; what agents say that the manager should know goes to
    `on_notice`."""

    config: Config
    name: str
    on_wait: Callable[[str], None]
    on_notice: Callable[[str], None]

    @property
    def home(self) -> str:
        """The home's real path, as the manager sees it."""
        return str(home_dir(self.config, self.name))

    def locked(self, waiting: str) -> AbstractContextManager[None]:
        """Held by one build at a time; `waiting` is told while another has it."""
        lock = self.config.socket_dir / f"{self.name}.build.lock"
        return locked(lock, lambda: self.on_wait(waiting))

    def connect(self, role: Role) -> AgentSession:
        """Talk to the jar's agent of this role; it is started where none runs."""
        occupied_entry(read_state(self.config), self.name)
        clear_if_left(self.config, self.name)
        session = connect(self.config, self.name, role)
        if session.notice is not None:
            self.on_notice(session.notice)
        return session

    def end(self, role: Role) -> None:
        """End the agent of this role and everything it started."""
        with reach_server(self.config) as server:
            server.end(self.name, role)

    def hand_over(self) -> None:
        """What the manager made in the home becomes the jar's."""
        with reach_server(self.config) as server:
            server.hand_over(self.name)

    def expect(self, tree: Tree, prepared: Prepared) -> None:
        """Note in the state what the home is about to become, before it is touched."""
        pending = Pending(tree=tree.digest, prepared=prepared_as_json(prepared))
        with changing_state(self.config) as state:
            entry = occupied_entry(state, self.name)
            entry["pending"] = None if _is_settled(entry, pending) else pending

    def known_trees(self) -> tuple[Digest, ...]:
        """Digests of what the last build made of the home, and of what one was about to make."""
        entry = occupied_entry(read_state(self.config), self.name)
        pending = entry["pending"]
        return tuple(filter(None, (entry["tree"], pending["tree"] if pending else None)))

    def settle(self) -> str | None:
        """The home is what was expected: make it the state; the jar's alias comes back."""
        with changing_state(self.config) as state:
            return _settle(state, self.name)

    def recover(self) -> None:
        """Where a build was killed while it changed the home, the agent has finished the change
        or never began it; make the state say so."""
        pending = occupied_entry(read_state(self.config), self.name)["pending"]
        if pending is None:
            return
        with self.connect("live") as session:
            tree = session.drift().tree
        if tree is not None and tree.digest == pending["tree"]:
            self.settle()

    def start_app(self) -> None:
        """Start CMD as the last build prepared it, detached, its output in the log."""
        self.recover()
        app = prepared_app(self.config, self.name)
        link_log(self.config, self.name)
        with self.connect("live") as session:
            session.start(app)


def _is_settled(entry: JarEntry, pending: Pending) -> bool:
    return (entry["tree"], entry["prepared"]) == (pending["tree"], pending["prepared"])


def _settle(state: State, name: str) -> str | None:
    entry = occupied_entry(state, name)
    pending = entry["pending"]
    if pending is None:  # `recover` of another command was faster
        return entry["alias"]
    entry["prepared"], entry["tree"], entry["pending"] = pending["prepared"], pending["tree"], None
    return rename(state, name, pending["prepared"]["tag"])
