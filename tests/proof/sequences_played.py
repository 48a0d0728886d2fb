"""Plays moves and builds on real jars; a property that does not hold raises AssertionError.

After each build: what was executed is what the last shown plan lists but for what it reports as
reused; the home is that of a clean build of the same input, and whatever no build made is as it
was; a plan that follows lists nothing but what says so itself.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import housekeeping
from attrs import define, field
from kept_homes import Kept
from listings import Listing, Seen, listing
from moves import Move, draw_beginning, draw_round, edit
from worlds import Report, World

from geniejars import HomeInUseError, Plan, Waiting, clear_home, end_jar

CLEAN_JAR = 3
"""The jar after those that are built into: emptied before each build."""

JARS = CLEAN_JAR + 1


def draw(seed: int, rounds: int) -> list[Move]:
    """The moves of one sequence."""
    dice = random.Random(seed)  # noqa: S311
    moves = draw_beginning(dice)
    for builds in range(rounds):
        moves += [("build", 0, {})] if builds == 0 else draw_round(dice, builds)
    return moves


@define
class Player:
    """One sequence in an empty world; `built` is by jar what its last build made, and its
    PERSISTs."""

    world: World
    project: Path = field(init=False)
    secret: str = field(default="0", init=False)
    built: dict[int, tuple[Listing, tuple[str, ...]]] = field(factory=dict, init=False)
    builds: int = field(default=0, init=False)
    log: list[str] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.world.empty()
        self.project = self.world.folder / "project" / "project0" / "here"
        self.project.mkdir(parents=True)

    def play(self, moves: Sequence[Move]) -> None:
        for move in moves:
            self._play(move)

    def _play(self, move: Move) -> None:
        match move:
            case "build", jar, options:
                self._build(jar, options)
            case "app", script, *jar:
                self.world.run(self.world.jars[jar[0] if jar else 0], script)
            case "outside", name, content:
                file = Path(str(self.world.config.common_dir)) / name
                file.parent.mkdir(exist_ok=True)
                file.write_text(content)
            case "secret", value:
                self.secret = value
            case "back", number:
                self._go_back(number)
            case "moved", number:
                self._move_project(number)
            case "project", number:
                self._change_project(number)
            case (
                ("prune" | "reset" | "normalize" | "restore" | "anew" | "end" | "up" | "by hand"),
                *_,
            ):
                self._keep_house(move)
            case _:
                edit(self.project, move)

    def _keep_house(self, move: Move) -> None:
        match move:
            case "prune", limit:
                housekeeping.prune_cache(self.world, limit)
            case "reset", jar if jar in self.built:
                end_jar(self.world.config, self.world.jars[jar])  # an app in use is refused
                housekeeping.reset(self.world, self.world.jars[jar], *self.built[jar])
            case "normalize", jar, private:
                housekeeping.normalized(self.world, self.world.jars[jar], private=private)
            case "restore", jar, script:
                housekeeping.restore(self.world, self.world.jars[jar], script)
            case "anew", jar:
                housekeeping.anew(self.world, jar)
                self.built.pop(jar, None)
            case "end", jar:
                end_jar(self.world.config, self.world.jars[jar])
            case "up", jar:
                housekeeping.app_up(self.world, self.world.jars[jar])
            case "by hand", jar, name, text:
                housekeeping.by_hand(self.world, self.world.jars[jar], name, text)

    def _go_back(self, number: int) -> None:
        kept = self._kept(number)
        if kept.exists():
            shutil.rmtree(self.project)
            shutil.copytree(kept, self.project, symlinks=True)

    def _kept(self, number: int) -> Path:
        return self.world.folder / "project" / f"kept{number}"

    def _change_project(self, number: int) -> None:
        """Another one, built into the same jars; it begins as a copy of this one."""
        top = self.world.folder / "project" / f"project{number}"
        if not top.exists():
            shutil.copytree(self.project, top / "here", symlinks=True)
        (self.project,) = top.iterdir()

    def _move_project(self, number: int) -> None:
        other = self.project.with_name(["here", "there"][number])
        if other != self.project:
            self.project = self.project.rename(other)

    def _build(self, jar: int, options: dict[str, Any]) -> None:
        (self.project / "JFile").touch()
        shutil.copytree(self.project, self._kept(self.builds), symlinks=True)
        self.builds += 1
        name = self.world.jars[jar]
        before = listing(self.world.home(name))
        with environment(KEY=self.secret):
            built = self.world.build(self.project, name, **options)
            clean = self._build_clean(options)
            after = listing(self.world.home(name))
            self.log.append(built.outcome)
            _check_executed(built)
            is_in_use = isinstance(built.error, HomeInUseError)
            assert is_in_use or built.outcome == clean.outcome, (built.outcome, clean.outcome)
            if built.error is not None:
                assert after == before, f"a failed build changed the home: {_differ(before, after)}"
                return
            self._check_home(jar, before, after, clean)
            self._check_again(name, options)

    def _build_clean(self, options: dict[str, Any]) -> Report:
        """The same input, nothing known, nothing there."""
        name = self.world.jars[CLEAN_JAR]
        clear_home(self.world.config, name)
        shutil.rmtree(self.world.cache("clean"), ignore_errors=True)
        return self.world.build(self.project, name, "clean", **_inputs(options))

    def _check_home(self, jar: int, before: Listing, after: Listing, clean: Report) -> None:
        wanted = listing(self.world.home(self.world.jars[CLEAN_JAR]))
        persist = clean.plans[-1].prepared.persist
        old, _ = self.built.get(jar, (Listing({}, frozenset()), ()))
        self.built[jar] = wanted, persist
        Kept(before, after, old, wanted, persist).check()

    def _check_again(self, jar: str, options: dict[str, Any]) -> None:
        """Nothing has changed, so there is nothing to do."""
        plan = self.world.plan(self.project, jar, **_inputs(options))
        if not any(step.no_cache for step in plan.steps):
            assert _listed(plan) == [], [(s.text, s.verdict.reason) for s in plan.steps]


def _inputs(options: dict[str, Any]) -> dict[str, Any]:
    """What of a build's options makes its result another one."""
    return {name: options[name] for name in ("args", "share_imports") if name in options}


def _check_executed(report: Report) -> None:
    """Executed is what the plan lists, but for what early cutoff found; one event for each."""
    if not report.plans:
        return
    plan = report.plans[-1]
    assert len(report.plans) == 1, "a new plan, and nothing was damaged"
    listed, reused = _listed(plan), report.steps("reused")
    came_to = [index for index in listed if index not in report.steps("skipped")]
    assert report.started == [index for index in came_to if index not in reused]
    assert set(reused) <= set(listed)
    assert sorted(e.index for e in report.finished) == [s.index for s in plan.steps]
    assert not any(isinstance(event, Waiting) for event in report.events)
    assert all(s.verdict.reason for s in plan.steps if s.verdict.status == "run"), plan.steps


def _listed(plan: Plan) -> list[int]:
    return [step.index for step in plan.steps if step.verdict.status == "run"]


def _differ(one: Listing, other: Listing) -> list[tuple[str, Seen | None, Seen | None]]:
    names = sorted(one.entries.keys() | other.entries.keys())
    pairs = ((name, one.entries.get(name), other.entries.get(name)) for name in names)
    return [(name, a, b) for name, a, b in pairs if a != b]


@contextmanager
def environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
