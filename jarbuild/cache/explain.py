"""Why a step runs: its place in the last build of this JFile, and what is different now."""

from __future__ import annotations

import itertools
import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field, frozen

from geniejars import BrokenObjectError, Change, Digest, Forest, compare
from jarbuild.cache.differences import Difference, differences, words
from jarbuild.cache.history import Past

FOLLOWS = "follows"
MOST_NAMES = 100
"""How many changed files a reason lists; it counts them all."""

Why = tuple[str, tuple[str, ...]]
"""A reason, and the names of all that changed."""


@frozen
class Now:
    """A step as it is planned, to be compared with what it was.

    `where` is "line 7" for the steps that follow it, `label` what it is called where files changed,
    `at` where a COPY puts them.
    """

    where: str
    label: str
    preimage: Mapping[str, object]
    source: Digest | None
    at: str


@define
class Explainer:
    """Explains the steps of one plan; to be told of each of them, in order, with what it was.

    `past` are the steps of the last build.
    """

    forest: Forest
    past: Sequence[Past]
    _met: list[Past] = field(factory=list, init=False)
    _causes: list[str] = field(factory=list, init=False)  # what later steps may follow

    def cached(self, now: Now, was: Past | None) -> None:
        """The step does not run, but those after it may because of it."""
        self._meet(was)
        if was is None or was.preimage != now.preimage:
            self._causes.append(now.where)

    def run(
        self, now: Now, was: Past | None, *, because: str | None = None, is_damaged: bool = False
    ) -> Why:
        """Why the step runs; `because` where that is known already."""
        self._meet(was)
        why = (because, ()) if because else self._why(now, was, is_damaged=is_damaged)
        if not why[0].startswith(FOLLOWS):
            self._causes.append(now.where)
        return why

    def _meet(self, was: Past | None) -> None:
        if was is not None:
            self._met.append(was)

    def _why(self, now: Now, was: Past | None, *, is_damaged: bool) -> Why:
        if is_damaged:
            return "cache entry damaged", ()
        if not self.past:
            return "first build", ()
        if was is None:
            return "new in this JFile", ()
        if was.preimage != now.preimage:
            return self._own(now, was)
        if self._causes:
            return f"{FOLLOWS} {self._causes[-1]}", ()
        if was.source != now.source:
            return self._moved(was), ()
        return ("not in the cache" if was.is_done else "did not finish in the last build"), ()

    def _own(self, now: Now, was: Past) -> Why:
        found = differences(was.preimage, now.preimage)
        if found:
            return words(found), _names(found)
        return self._files(now, was)

    def _files(self, now: Now, was: Past) -> Why:
        """COPY: which files are other ones, and where."""
        if was.at != now.at:
            return f"{now.label}: goes to {now.at or '.'}, not {was.at or '.'}", (now.at,)
        try:
            found = list(self._changed_files(now, was))
        except (KeyError, BrokenObjectError):
            found = []  # what was copied then is no longer known
        return f"{now.label}: {words(found) if found else 'changed'}", _names(found)

    def _changed_files(self, now: Now, was: Past) -> Iterator[Difference]:
        old, new = str(was.preimage["overlay"]), str(now.preimage["overlay"])
        for change in compare(self.forest, old, new):
            name = _below(os.fsdecode(change.path), now.at)
            yield Difference(f"{name} {_what_happened(change)}", name)

    def _moved(self, was: Past) -> str:
        """The input is another one though no step before has changed: one is gone, or moved."""
        before = itertools.takewhile(lambda p: p is not was, self.past)
        gone = [p for p in before if all(p is not met for met in self._met)]
        if not gone:
            return "the steps before it changed places"
        return f"{gone[-1].text.splitlines()[0]} no longer comes before it"


def _names(found: Sequence[Difference]) -> tuple[str, ...]:
    return tuple(d.name for d in found[:MOST_NAMES])


def _below(path: str, folder: str) -> str:
    """A copied file's name as it is below the destination; the destination's own for a file."""
    if path == folder:
        return posixpath.basename(path)
    return path.removeprefix(f"{folder}/") if folder else path


def _what_happened(change: Change) -> str:
    if change.old is None:
        return "added"
    if change.new is None:
        return "removed"
    if change.old._replace(mode=change.new.mode) == change.new:
        return f"changed mode from {change.old.mode:o} to {change.new.mode:o}"
    if change.old.kind != change.new.kind:
        return f"changed from {change.old.kind} to {change.new.kind}"
    return "changed"
