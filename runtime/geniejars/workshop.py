"""The jars of a server: the zygote that makes them, found or started, and their posts."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ, BaseSelector

from attrs import define, field

from genieagent.jar import Role
from geniejars.config import Config
from geniejars.errors import MachineError
from geniejars.facts import remember_isolation, write_facts
from geniejars.folders import closed_passage
from geniejars.ids import ids_for
from geniejars.open_shares import opened
from geniejars.pool.installed import installed_pool
from geniejars.posts import Posts
from geniejars.situation import Situation
from geniejars.state import JarEntry, SharedFolder, read_state
from geniejars.upstream import Upstream
from geniejars.views import note_situation
from geniejars.zygote_link import (
    ZygoteLink,
    ZygoteLostError,
    find_zygote,
    start_zygote,
)

Then = Callable[[int | MachineError], None]
"""Gets a count, or why there is none."""


@define
class Workshop:
    """Raises MachineError where the zygote refuses or is gone."""

    config: Config
    selector: BaseSelector
    log: Callable[[str], None]
    zygote: ZygoteLink | None = None
    situation: Situation | None = None  # None where jars cannot be made here
    _refusal: MachineError | None = field(default=None, init=False)
    _posts: Posts | None = field(default=None, init=False)
    _notice: str | None = field(default=None, init=False)

    def open(self, jar: str, role: Role, upstream: Upstream | None) -> str | None:
        """See to an agent; what the caller should be told comes back, once."""
        try:
            self._ready().open(jar, role, upstream)
        except ZygoteLostError:  # found out before the selector had said so
            self._lose_zygote()
            self._ready().open(jar, role, upstream)
        notice, self._notice = self._notice, None
        return notice

    def end(self, jar: str, role: Role | None) -> None:
        """End everything in the jar that this role started, or all of it."""
        posts = self._ready()
        posts.zygote.end(jar, role)
        posts.discard(jar, role)

    def wipe(self, jar: str, then: Then) -> None:
        """End the jar and empty its folder, however long that takes; `then` hears of it."""
        posts = self._ready()
        posts.discard(jar)
        number = self._entry_of(jar)["number"]
        self._errand(lambda link: link.ask_wipe(jar, number), then)

    def hand_over(self, jar: str, then: Then) -> None:
        """What the manager made in the home becomes the jar's; `then` hears how much that was."""
        self._ready()
        number = self._entry_of(jar)["number"]
        self._errand(lambda link: link.ask_hand_over(jar, number), then)

    def settle(self, jar: str, then: Then) -> None:
        """Shared folders become usable from both sides; `then` hears how much was taken back."""
        self._ready()
        entry = self._entry_of(jar)
        with opened(entry["shares"]) as shares:
            self._errand(lambda link: link.ask_settle(jar, entry["number"], shares), then)

    def revoke(self, jar: str, folder: SharedFolder, then: Then) -> None:
        """The jar's right to a folder that was shared ends."""
        self._ready()
        number = self._entry_of(jar)["number"]
        with opened([folder]) as shares:
            self._errand(lambda link: link.ask_revoke(jar, number, shares), then)

    def _errand(self, ask: Callable[[ZygoteLink], None], then: Then) -> None:
        """Long work gets a connection of its own, so that nobody's start waits for it."""
        link = find_zygote(self.config)
        if link is None:
            raise ZygoteLostError
        ask(link)
        self.selector.register(link, EVENT_READ, partial(self._finish_errand, link, then))

    def _finish_errand(self, link: ZygoteLink, then: Then) -> None:
        self.selector.unregister(link)
        try:
            then(link.hear_done())
        except MachineError as error:
            then(error)
        finally:
            link.close()

    def describe(self) -> Situation:
        self._ready()
        assert self.situation is not None
        return self.situation

    def agents(self) -> list[tuple[str, Role, int]]:
        posts = self._posts.held() if self._posts else []
        return [(post.jar, post.role, post.pid) for post in posts]

    def leave(self) -> bool:
        """Let the zygote go; False while agents live."""
        if self.zygote is not None and not self.zygote.leave():
            return False
        if self._posts is not None:
            self._posts.discard_all()
        return True

    def _ready(self) -> Posts:
        if self._posts is None and self._refusal is None:
            self.take_over()
        if self._refusal is not None:
            raise self._refusal
        assert self._posts is not None
        return self._posts

    def take_over(self) -> None:
        """Find the zygote that runs, or start one; its agents become ours."""
        self.situation = None
        found = find_zygote(self.config)
        if found is not None and self._meet(found):
            return
        if not self._meet(self._new_zygote()):
            self._refusal = MachineError(
                "the process that makes jars does not start", help=f"see {self.config.server_log}"
            )

    def _meet(self, zygote: ZygoteLink) -> bool:
        """False where it is gone already."""
        try:
            self._learn(zygote)
        except ZygoteLostError:
            zygote.close()
            return False
        except MachineError as error:
            self._refusal = self._explained(error)
        self.zygote = zygote
        self.selector.register(zygote, EVENT_READ, self._lose_zygote)
        return True

    def _learn(self, zygote: ZygoteLink) -> None:
        situation, agents = zygote.list()
        self._check_asked(situation)
        note_situation(self.config, situation.name)
        remember_isolation(self.config)
        self.situation = situation
        self._posts = Posts(self.config, self.selector, zygote, self.log)
        for agent in agents:
            self._posts.adopt(agent)

    def _check_asked(self, found: Situation) -> None:
        """A pool's zygote was started for everybody's commands, and not asked for this one's."""
        if self.config.isolation == "full" != found.name and installed_pool(self.config):
            error = MachineError("; ".join(found.lost), help="do without --isolation full")
            error.code = "isolation"
            raise error

    def _explained(self, refusal: MachineError) -> MachineError:
        """Root's jars without namespaces may fail for a folder far above them."""
        if (folder := closed_passage(self.config)) is not None:
            way_out = f"set XDG_STATE_HOME to a folder that other ids may pass, unlike {folder}"
            refusal.help = f"{refusal.help}; or {way_out}" if refusal.help else way_out
        return refusal

    def _new_zygote(self) -> ZygoteLink:
        numbers = [entry["number"] for entry in read_state(self.config)["pool"].values()]
        if installed_pool(self.config) is None:
            write_facts(self.config, ids_for(self.config.state_dir, 1 + max(numbers)))
        return start_zygote(self.config)

    def _lose_zygote(self) -> None:
        """It ended, and its jars with it; whoever needs a jar next starts another."""
        if self.zygote is None:
            return
        ended = sorted({jar for jar, _role, _pid in self.agents()})
        text = "the process that makes jars was ended from outside, and with it "
        self.log(text + (", ".join(ended) or "nothing else"))
        self._notice = text + ", ".join(ended) if ended else None
        self.selector.unregister(self.zygote)
        self.zygote.close()
        if self._posts is not None:
            self._posts.discard_all()
        self.zygote = self._posts = self._refusal = None
        with suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    def _entry_of(self, jar: str) -> JarEntry:
        return read_state(self.config)["pool"][jar]
