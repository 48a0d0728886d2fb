"""A project, its cache and a pretended jar: plans are made for real, RUNs are Python functions."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from geniejars import (
    EMPTY_FOLDER,
    Entry,
    Forest,
    LayerFile,
    OverlayStep,
    Result,
    RunStep,
    Step,
    Tree,
    nest,
    place,
    sha256,
)
from jarbuild.cache.store import Store
from jarbuild.planner import Planning, Wishes, make_plan
from jarbuild.target import Target
from jfile import parse

Program = Callable[[Forest, Tree], Tree]
TARGET = Target(
    jar="jar001", allocation="first", ports=(8001, 8002), common="/opt/common", host="debian 12 arm"
)


class RunFailedError(Exception):
    pass


@define
class Project:
    """A context, a cache, and what the next plan is made for."""

    context: Path
    cache: Path
    target: Target = TARGET
    environment: dict[str, str] = field(factory=dict)
    wishes: Wishes = field(factory=Wishes)
    programs: dict[str, Program] = field(factory=dict)
    planned: Planning | None = None

    @property
    def jfile(self) -> Path:
        return self.context / "JFile"

    def write(self, path: str, content: str = "", mode: int = 0o644) -> Path:
        file = self.context / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(mode)
        return file

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.context / path).read_text()
        assert old in text, old
        (self.context / path).write_text(text.replace(old, new))

    def retarget(self, **changes: Any) -> None:
        self.target = evolve(self.target, **changes)

    def wish(self, **changes: Any) -> None:
        self.wishes = evolve(self.wishes, **changes)

    @contextmanager
    def store(self, *, is_writable: bool = True) -> Iterator[Store]:
        with Store.open(self.cache, is_writable=is_writable) as store:
            yield store

    def plan(self) -> Planning:
        """As `jarbuild --plan` does: nothing on disk changes."""
        with self.store(is_writable=False) as store:
            return self._plan(store, keep_stamps=False)

    def build(self) -> list[str]:
        """Plan and execute; the steps that ran, in order."""
        with self.store() as store:
            planning = self.planned = self._plan(store, keep_stamps=True)
            outcomes: list[tuple[Step, str]] = []
            try:
                for step, outcome in Execution(self, store, planning).outcomes():
                    outcomes.append((step, outcome))
            finally:
                is_done = len(outcomes) == len(planning.plan.steps)
                planning.remember(store, self.target.jar if is_done else None)
        listed = [s for s in planning.plan.steps if s.verdict.status == "run"]
        assert [s for s, outcome in outcomes if outcome != "cached"] == listed
        return [step.text for step, outcome in outcomes if outcome == "ran"]

    def reasons(self) -> dict[str, str]:
        """Why steps would run, by their text."""
        steps = self.plan().plan.steps
        return {s.text: s.verdict.reason for s in steps if s.verdict.status == "run"}

    def _plan(self, store: Store, *, keep_stamps: bool) -> Planning:
        name = str(self.jfile)
        jfile = parse(self.jfile.read_bytes(), name, include=lambda path: Path(path).read_bytes())
        return make_plan(
            jfile,
            jfile_path=name,
            target=self.target,
            environment=self.environment,
            store=store,
            wishes=self.wishes,
            keep_stamps=keep_stamps,
        )


@define
class Execution:
    """What the runner does, in short."""

    project: Project
    store: Store
    planning: Planning

    def outcomes(self) -> Iterator[tuple[Step, str]]:
        forest = Forest(self.store.folder_object, dict(self.planning.folders))
        tree = self.planning.plan.base
        for step in self.planning.plan.steps:
            outcome, result = self._settle(step, tree, forest)
            tree = result.output
            assert step.output in (None, tree), step.text
            yield step, outcome

    def _settle(self, step: Step, tree: Tree, forest: Forest) -> tuple[str, Result]:
        if step.verdict.status == "cached":
            found = self.store.lookup(step, tree)
            assert found is not None
            return "cached", found
        if (
            step.verdict.key is None
            and not step.no_cache
            and (found := self.store.lookup(step, tree))
        ):
            return "reused", found
        result = self._run(step, tree, forest)
        self.store.keep_folders(forest.fresh)
        self.store.record(step, tree, result, 1.5)
        return "ran", result

    def _run(self, step: Step, tree: Tree, forest: Forest) -> Result:
        if isinstance(step, OverlayStep):
            return Result(place(forest, tree, step.overlay, self.planning.plan.view.home))
        assert isinstance(step, RunStep)
        sees = writes_what_it_sees(step, self.planning.secrets)
        program = self.project.programs.get(step.argv[-1], sees)
        output = program(forest, tree)
        with self.store.new_layer() as draft:
            os.write(draft.fd, b"made")
            layer = draft.publish([LayerFile(b"made", 0, 4, sha256(b"made"), len(step.text))])
        return Result(output, layer)


def writes_what_it_sees(step: RunStep, secrets: Mapping[str, str]) -> Program:
    """A command that reads everything: whatever it could see goes into what it writes."""

    def program(forest: Forest, tree: Tree) -> Tree:
        values = [secrets[name] for name in step.imports]
        seen = json.dumps([tree.digest, {**step.preimage, "imports": values}], sort_keys=True)
        return with_file(forest, tree, b"out/" + sha256(step.text.encode())[:8].encode(), seen)

    return program


def with_file(forest: Forest, tree: Tree, path: bytes, content: str) -> Tree:
    entry = Entry("file", 0o664, sha256(content.encode()), len(content))
    return place(forest, tree, nest(forest, path, entry), "/home/jar")


def with_entries(forest: Forest, tree: Tree, entries: Mapping[bytes, Entry]) -> Tree:
    return place(forest, tree, forest.build(entries), "/home/jar")


def writes(path: str, content: str) -> Program:
    """A command whose output depends on nothing."""
    return lambda forest, tree: with_file(forest, tree, path.encode(), content)


def fails(forest: Forest, tree: Tree) -> Tree:
    raise RunFailedError


FOLDER = Entry("folder", 0o775, EMPTY_FOLDER)
