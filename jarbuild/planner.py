"""From a JFile to a plan: each step looked up in the cache, each verdict with its reason.

As long as a step's tree is known its result is looked up; WORKDIR and COPY make theirs right here.
A RUN that has to run leaves what comes after it open, to be looked up again when its tree is there.
Nothing on disk changes, but that a build keeps what it learned about files.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence

from attrs import Factory, define, evolve, field, frozen

from geniejars import (
    BrokenObjectError,
    DamagedEntryError,
    Digest,
    Forest,
    Plan,
    Step,
)
from jarbuild.actions import Action, Expansion, RunCommand
from jarbuild.cache.explain import Explainer
from jarbuild.cache.history import Past, align
from jarbuild.cache.store import Store
from jarbuild.cache.verify import recheck
from jarbuild.context import Context
from jarbuild.depends import check_depend
from jarbuild.expand import at, expand
from jarbuild.stamps import StatCache, device_clock
from jarbuild.steps import StepMaker, destination_of
from jarbuild.target import Target
from jarbuild.verdicts import Case, Judge
from jfile import JFile

MOST_NAMES = 5
"""How many files left out of the context a warning names; it counts them all."""


@frozen(kw_only=True)
class Wishes:
    """What the command line asks of a plan."""

    args: Mapping[str, str] = Factory(dict)
    no_cache: bool = False
    no_cache_from: int | None = None  # a line
    share_imports: bool = False


@frozen
class Planning:
    """A plan and what executing it takes.

    `folders` are folder objects that no store has yet; `secrets` the values of IMPORTs;
    `destinations` where COPYs put things, by step.
    """

    plan: Plan
    folders: Mapping[Digest, bytes]
    secrets: Mapping[str, str] = field(repr=False)
    destinations: Sequence[str]

    def remember(self, store: Store, good_in: str | None = None) -> None:
        """Let the next plan of this JFile explain itself by this one, whatever became of it.

        `good_in` is the jar it was built into, if the build succeeded.
        """
        steps = zip(self.plan.steps, self.destinations, strict=True)
        store.remember(self.plan.jfile, list(steps), good_in)


def make_plan(
    jfile: JFile,
    *,
    jfile_path: str,
    target: Target,
    environment: Mapping[str, str],
    store: Store,
    wishes: Wishes | None = None,
    keep_stamps: bool = False,
) -> Planning:
    """The plan of a JFile whose INCLUDEs are resolved; raises JFileError with a place.

    `environment` is where IMPORT takes values from. `keep_stamps` is for builds: the stat cache
    of this JFile is written.
    """
    recheck(store)
    clock = device_clock(store.folder) if keep_stamps else None
    stamps = StatCache.load(store.stamps_file(jfile_path), clock)
    planner = _Planner(jfile, jfile_path, target, environment, store, wishes or Wishes(), stamps)
    planning = planner.plan()
    stamps.save()
    return planning


@define
class _Planner:
    """One JFile at `path`."""

    jfile: JFile
    path: str
    target: Target
    environment: Mapping[str, str]
    store: Store
    wishes: Wishes
    stamps: StatCache

    def plan(self) -> Planning:
        """Starts over where the cache turns out to be damaged; then less of it is relied on."""
        expansion = expand(self.jfile, self.path, self.target, self.wishes.args, self.environment)
        for path, span in expansion.scope.depends:
            with at(span, self.path):
                check_depend(path)
        while (planning := self._attempt(expansion)) is None:
            pass
        return planning

    def _attempt(self, expansion: Expansion) -> Planning | None:
        forest = Forest(self.store.folder_object)
        maker = self._maker(forest)
        past = self.store.history(self.path).latest
        cases = list(self._cases(expansion.actions, maker, past))
        home = self.target.view.home
        judge = Judge(self.path, home, self.store, forest, Explainer(forest, past))
        try:
            steps = tuple(map(judge.decide, cases))
        except (DamagedEntryError, BrokenObjectError):
            # An object is lost that the last result we relied on was made of.
            if not judge.relied_on:
                raise
            self.store.distrust(judge.relied_on[-1])
            return None
        return self._planning(expansion, steps, forest, maker.context.left_out)

    def _maker(self, forest: Forest) -> StepMaker:
        folder = posixpath.dirname(posixpath.abspath(self.path))
        return StepMaker(
            name=self.path,
            target=self.target,
            context=Context.open(folder, forest, self.stamps),
            secret=self.store.secret,
            environment=self.environment,
            share_imports=self.wishes.share_imports,
        )

    def _cases(
        self, actions: Sequence[Action], maker: StepMaker, past: Sequence[Past]
    ) -> Iterator[Case]:
        steps = [maker.make(index, action) for index, action in enumerate(actions, 1)]
        pairs = align([(step.directive, step.text) for step in steps], past)
        forced = forced_to_run(self.jfile, actions, self.wishes)
        for step, action, was, why in zip(steps, actions, pairs, forced, strict=True):
            step = evolve(step, no_cache=why is not None)
            yield Case(step, action, was, maker.is_open(action), why)

    def _planning(
        self,
        expansion: Expansion,
        steps: tuple[Step, ...],
        forest: Forest,
        left_out: Sequence[bytes],
    ) -> Planning:
        plan = Plan(
            jfile=self.path,
            jar=self.target.jar,
            view=self.target.view,
            steps=steps,
            prepared=expansion.prepared,
            depends=tuple(path for path, _ in expansion.scope.depends),
            warnings=tuple(self._warnings(expansion, left_out, steps)),
        )
        return Planning(
            plan=plan,
            folders=forest.fresh,
            secrets={name: self.environment[name] for name in sorted(_imports(expansion))},
            destinations=tuple(map(destination_of, expansion.actions)),
        )

    def _warnings(
        self, expansion: Expansion, left_out: Sequence[bytes], steps: Sequence[Step]
    ) -> Iterator[str]:
        if left_out:
            names = ", ".join(os.fsdecode(path) for path in left_out[:MOST_NAMES])
            more = len(left_out) - MOST_NAMES
            rest = f" and {more} more" if more > 0 else ""
            yield f"sockets, fifos and devices are not copied: {names}{rest}"
        for name in sorted(self.wishes.args.keys() - expansion.declared_args):
            yield f"--arg {name} is of no use: there is no ARG {name} in {self.path}"
        first = self.wishes.no_cache_from
        if first is not None and all(s.line < first for s in steps if s.file is None):
            yield f"--no-cache-from {first} is of no use: no step of {self.path} is there or behind"
        yield from self.store.damaged


def _imports(expansion: Expansion) -> set[str]:
    """Every variable whose value IMPORT brings, to a RUN or to the app."""
    runs = (action for action in expansion.actions if isinstance(action, RunCommand))
    return {*expansion.scope.imports, *(name for run in runs for name in run.scope.imports)}


def forced_to_run(jfile: JFile, actions: Sequence[Action], wishes: Wishes) -> Iterator[str | None]:
    """For each action why it runs whatever the cache holds, or None."""
    lines = _lines(jfile)
    for action in actions:
        if wishes.no_cache:
            yield "--no-cache"
        elif wishes.no_cache_from is not None and lines[id(action.node)] >= wishes.no_cache_from:
            yield f"--no-cache-from {wishes.no_cache_from}"
        elif isinstance(action, RunCommand) and action.node.no_cache:
            yield "RUN --no-cache"
        else:
            yield None


def _lines(jfile: JFile) -> dict[int, float]:
    """By identity of a node, its line in the outermost file.

    That of an INCLUDE is not known any more: the last one before the directive that follows it.
    """
    lines: dict[int, float] = {}
    following = float("inf")
    for node in reversed(jfile.directives):
        if node.span.file is None:
            following = node.span.line
            lines[id(node)] = following
        else:
            lines[id(node)] = following - 1
    return lines
