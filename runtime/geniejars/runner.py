"""Executes a plan: the very object that `--plan` printed, step by step, telling what happens.

Until every step has succeeded only the build root is touched; then the home is changed, under the
agent's journal. COPY and WORKDIR are trees until a RUN or the home needs them on disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from genieagent.trees import EMPTY_TREE, Digest, Forest, Tree
from geniejars.buildroot import BuildRoot
from geniejars.contents import Contents
from geniejars.delivery import Delivery, deliver
from geniejars.errors import JarbuildError, Place, StepFailedError
from geniejars.events import (
    Done,
    Event,
    Finished,
    Outcome,
    Output,
    Planned,
    Started,
    Stream,
    Transferred,
)
from geniejars.occupants import make_way
from geniejars.placing import place
from geniejars.plan import OverlayStep, Plan, RunStep, Step
from geniejars.results import DamagedEntryError, Result, Results
from geniejars.site import Site

Tell = Callable[[Event], None]


@frozen
class Surroundings:
    """What a build brings along that is in no key and no plan.

    `secrets` holds the values of IMPORTs, `reach` the manager's proxy and certificate variables.
    """

    secrets: Mapping[str, str]
    reach: Mapping[str, str]
    restart: bool = False  # end what lives in the home rather than refuse
    clean: bool = False  # make the build root anew


def execute(
    plan: Plan, site: Site, results: Results, around: Surroundings, folders: Mapping[Digest, bytes],
    tell: Tell,
) -> Done:  # fmt: skip
    """Run the steps that must run, then make the home what the plan says.

    `folders` are the folder objects that planning made and no store has yet. Raises
    StepFailedError, MachineError and, where the cache turned out damaged, DamagedEntryError: the
    caller makes a new plan then.
    """
    tell(Planned(plan))
    forest = Forest(results.folder_object, dict(folders))
    execution = Execution(plan, site, results, around, forest, tell)
    try:
        return execution.run()
    finally:
        execution.root.close()


@define
class Execution:
    """One plan on its way: the tree so far, where its contents lie, and what happened."""

    plan: Plan
    site: Site
    results: Results
    around: Surroundings
    forest: Forest
    tell: Tell
    contents: Contents = field(init=False)
    root: BuildRoot = field(init=False)
    outcomes: list[Outcome] = field(factory=list, init=False)
    ended_app: bool = field(default=False, init=False)
    began: float = field(factory=time.monotonic, init=False)

    def __attrs_post_init__(self) -> None:
        self.contents = Contents(self.forest, lambda *sent: self.tell(Transferred(*sent)))
        self.root = BuildRoot(self.site, self.forest, self.contents)

    def run(self) -> Done:
        if self.around.clean:
            self.root.bring_to(EMPTY_TREE)
        try:
            return self._run_all()
        finally:
            if self.ended_app:
                self.site.start_app()

    def _run_all(self) -> Done:
        tree = self.plan.base
        for step in self.plan.steps:
            tree = self._finish(step, tree)
        self.results.keep_folders(self.forest.fresh)
        return self._done(tree, self._deliver(tree))

    def _finish(self, step: Step, tree: Tree) -> Tree:
        """One step, with exactly one event for it, whatever happens."""
        began = time.monotonic()
        try:
            outcome, result = self._settle(step, tree)
        except BaseException as error:
            self._fail(step, time.monotonic() - began, error)
            if isinstance(error, JarbuildError):
                error.place = error.place or Place(step.file or self.plan.jfile, step.line)
            raise
        self._tell_finished(step, outcome, time.monotonic() - began)
        self._remember(step, result)
        return result.output

    def _settle(self, step: Step, tree: Tree) -> tuple[Outcome, Result]:
        if step.verdict.status == "cached":
            return "cached", self._known(step, tree)
        if self._may_be_reused(step) and (found := self.results.lookup(step, tree)):
            return "reused", found
        self.tell(Started(step.index))
        return "ran", self._execute(step, tree)

    def _known(self, step: Step, tree: Tree) -> Result:
        if (found := self.results.lookup(step, tree)) is None:
            raise DamagedEntryError(f"the cached result of line {step.line} is gone")
        return found

    def _may_be_reused(self, step: Step) -> bool:
        """Early cutoff: only now is the input known, and it may have been seen before."""
        return step.verdict.key is None and not step.no_cache

    def _execute(self, step: Step, tree: Tree) -> Result:
        began = time.monotonic()
        result = self._run(step, tree) if isinstance(step, RunStep) else self._put(step, tree)
        self.results.record(step, tree, result, time.monotonic() - began)
        return result

    def _put(self, step: Step, tree: Tree) -> Result:
        assert isinstance(step, OverlayStep)
        after = place(self.forest, tree, step.overlay, self.plan.view.home)
        self.results.keep_folders(self.forest.fresh)
        return Result(after)

    def _run(self, step: RunStep, tree: Tree) -> Result:
        self.root.bring_to(tree)
        self._make_way()
        code = self.root.run(step, self._environment(step), self._printer(step))
        if code != 0:
            raise RunFailedError(step, code)
        return self.root.capture(tree, self.results)

    def _make_way(self) -> None:
        """Without mount namespaces a RUN works under the home's name."""
        if self.root.takes_home:
            with self.site.connect("live") as home:
                need = "without mount namespaces a RUN needs its name"
                self.ended_app |= make_way(home, need, restart=self.around.restart)

    def _environment(self, step: RunStep) -> dict[str, str]:
        secrets = {name: self.around.secrets[name] for name in step.imports}
        return {**self.around.reach, **step.env, **secrets}

    def _printer(self, step: Step) -> Callable[[Stream, bytes], None]:
        return lambda stream, data: self.tell(Output(step.index, stream, data))

    def _remember(self, step: Step, result: Result) -> None:
        """Where the step's files can be had from when a tree is put on disk."""
        if isinstance(step, OverlayStep):
            self.contents.add_sources(step.sources)
        elif result.layer is not None:
            self.contents.layers.append(self.results.layer(result.layer))

    def _tell_finished(
        self, step: Step, outcome: Outcome, seconds: float, code: int | None = None
    ) -> None:
        self.outcomes.append(outcome)
        code = 0 if outcome == "ran" and isinstance(step, RunStep) else code
        self.tell(Finished(step.index, outcome, seconds, step.verdict.reason, code))

    def _fail(self, step: Step, seconds: float, error: BaseException) -> None:
        code = error.exit_status if isinstance(error, RunFailedError) else None
        self._tell_finished(step, "failed", seconds, code)
        for later in self.plan.steps[step.index :]:
            self._tell_finished(later, "skipped", 0.0)

    def _deliver(self, tree: Tree) -> Delivery:
        overlays = [s.overlay for s in self.plan.steps if isinstance(s, OverlayStep)]
        return deliver(
            self.site, self.root, tree, self.plan.prepared, overlays, self.results,
            restart=self.around.restart,
        )  # fmt: skip

    def _done(self, tree: Tree, delivery: Delivery) -> Done:
        return Done(
            jar=self.site.name,
            alias=delivery.alias,
            home=self.site.home,
            tree=tree.digest,
            ran=self.outcomes.count("ran"),
            cached=self.outcomes.count("cached"),
            reused=self.outcomes.count("reused"),
            restored=delivery.restored,
            backed_up=delivery.backed_up,
            seconds=time.monotonic() - self.began,
        )


class RunFailedError(StepFailedError):
    """A RUN that ended with another code than 0."""

    code = "run-failed"

    def __init__(self, step: RunStep, exit_status: int):
        super().__init__(
            f"RUN failed with exit code {exit_status}",
            help="the jar is as it was; see what it runs into with --on-fail shell",
        )
        self.step = step
        self.exit_status = exit_status
