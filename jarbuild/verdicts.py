"""Which steps of a plan run, and why: each is looked up with the tree it starts from."""

from __future__ import annotations

from attrs import define, evolve, field, frozen

from geniejars import (
    EMPTY_TREE,
    Digest,
    Forest,
    OverlayStep,
    Result,
    RunStep,
    Step,
    Tree,
    Verdict,
    place,
)
from jarbuild.actions import Action, PutFiles
from jarbuild.cache.explain import Explainer, Now
from jarbuild.cache.history import Past
from jarbuild.cache.keys import key
from jarbuild.cache.store import Store
from jarbuild.expand import at
from jarbuild.steps import destination_of

UNKNOWN_PORT = "port not known yet"


@frozen
class Case:
    """A step to be decided on: what it was made from and what it was in the last build.

    `is_open` tells that its key needs a jar; `forced` why it runs whatever the cache holds.
    """

    step: Step
    action: Action
    was: Past | None
    is_open: bool
    forced: str | None


@define
class Judge:
    """Decides on the steps of one JFile called `name`, in order.

    `home` is the home's path as the jar sees it; `tree` what the next step starts from, None once
    it is not known. `relied_on` are the keys of RUNs that count as cached: what they made is taken
    as given.
    """

    name: str
    home: str
    store: Store
    forest: Forest
    explainer: Explainer
    tree: Tree | None = EMPTY_TREE
    relied_on: list[Digest] = field(factory=list)

    def decide(self, case: Case) -> Step:
        """The step with its verdict; raises JFileError with a place.

        Raises DamagedEntryError or BrokenObjectError where an object of `tree` is lost.
        """
        found_key = self._key(case)
        found = self.store.result(found_key) if found_key and not case.forced else None
        verdict = self._cached(case, found_key) if found else self._run(case, found_key)
        output = self._output(case, found)
        seconds = self._seconds(case, found_key)
        step = evolve(case.step, verdict=verdict, input=self.tree, output=output, seconds=seconds)
        self.tree = output
        return step

    def _key(self, case: Case) -> Digest | None:
        if self.tree is None or case.is_open:
            return None
        return key(case.step.preimage, self.tree.digest)

    def _cached(self, case: Case, found_key: Digest | None) -> Verdict:
        self.explainer.cached(self._now(case), case.was)
        if found_key and isinstance(case.step, RunStep):
            self.relied_on.append(found_key)
        return Verdict("cached", found_key, "")

    def _run(self, case: Case, found_key: Digest | None) -> Verdict:
        because = case.forced or (UNKNOWN_PORT if case.action.is_open else None)
        is_damaged = self.store.is_damaged(found_key)
        why = self.explainer.run(self._now(case), case.was, because=because, is_damaged=is_damaged)
        return Verdict("run", found_key, *why)

    def _output(self, case: Case, found: Result | None) -> Tree | None:
        """A RUN's tree comes from its result; WORKDIR and COPY can also make theirs here."""
        if found is not None:
            return found.output
        if not isinstance(case.step, OverlayStep) or self.tree is None or case.is_open:
            return None
        action = case.action
        span = action.node.dest.span if isinstance(action, PutFiles) else action.node.span
        with at(span, self.name):
            return place(self.forest, self.tree, case.step.overlay, self.home)

    def _seconds(self, case: Case, found_key: Digest | None) -> float | None:
        """What the step took when it last ran, as it is or as it was."""
        was = case.was
        record = self.store.find(found_key) if found_key else None
        if record is None and was is not None and was.source is not None:
            record = self.store.find(key(was.preimage, was.source))
        return record.seconds if record else None

    def _now(self, case: Case) -> Now:
        step, source = case.step, self.tree.digest if self.tree else None
        where = f"{step.file} line {step.line}" if step.file else f"line {step.line}"
        return Now(where, label(case.action), step.preimage, source, destination_of(case.action))


def label(action: Action) -> str:
    """What an action is called where its files changed."""
    if isinstance(action, PutFiles):
        return " ".join(["COPY", *map(str, action.node.sources)])
    return type(action.node).__name__.upper()
