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
from listings import Listing, Seen, is_below, listing
from moves import Move, draw_beginning, draw_round, edit
from worlds import Report, World

from geniejars import Plan, Waiting, clear_home, end_jar

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
            case (("prune" | "reset" | "normalize" | "restore" | "anew" | "end" | "by hand"), *_):
                self._keep_house(move)
            case _:
                edit(self.project, move)

    def _keep_house(self, move: Move) -> None:
        match move:
            case "prune", limit:
                housekeeping.prune_cache(self.world, limit)
            case "reset", jar if jar in self.built:
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
            assert built.outcome == clean.outcome, (built.outcome, clean.outcome)
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


@define
class Kept:
    """A home before and after a build, what builds had made of it and what they shall."""

    before: Listing
    after: Listing
    old: Listing
    wanted: Listing
    persist: tuple[str, ...]

    def check(self) -> None:
        self._check_built()
        self._check_foreign()
        self._check_persisted()

    def _check_built(self) -> None:
        """What builds make is there as they made it, and nothing else of theirs is."""
        for path, seen in self.wanted.entries.items():
            if not is_below(path, self.persist):
                there = self.after.entries.get(path)
                assert there == seen, f"{path} is {there}, not {seen}"
        for path in self.after.entries.keys() - self.wanted.entries.keys():
            if not is_below(path, self.persist):
                assert self._is_foreign(path), f"{path} is left over"
        mine = self._groups(self.after)
        assert mine == self._groups(self.wanted), f"hard links: {mine}"

    def _groups(self, of: Listing) -> set[frozenset[str]]:
        """Hard links among what builds made."""
        groups = (frozenset(p for p in g if p in self.wanted.entries) for g in of.links)
        groups = (frozenset(p for p in g if not is_below(p, self.persist)) for g in groups)
        return {group for group in groups if len(group) > 1}

    def _is_foreign(self, path: str) -> bool:
        """No build made it, or it is a folder that holds such a thing."""
        if path in self.before.entries and path not in self.old.entries:
            return True
        below = (p for p in self.before.entries if p.startswith(f"{path}/"))
        return self.after.entries[path].kind == "d" and any(
            p not in self.old.entries or is_below(p, self.persist) for p in below
        )

    def _check_foreign(self) -> None:
        """What no build made stays, unless one of them makes the same path now."""
        for path, seen in self.before.entries.items():
            if path in self.old.entries or self._is_in_the_way(path):
                continue
            there = self.after.entries.get(path)
            assert there is not None, f"{path} is gone, and no build made it"
            assert (there.kind, there.value) == (seen.kind, seen.value), f"{path}: {there}, {seen}"

    def _is_in_the_way(self, path: str) -> bool:
        """A build made this path, or something that is no folder above it."""
        wanted = self.wanted.entries
        return path in wanted or any(p in wanted and wanted[p].kind != "d" for p in _above(path))

    def _check_persisted(self) -> None:
        """The home's own data wins below PERSIST; what was not there is seeded."""
        for folder in self.persist:
            was_there = folder in self.before.entries
            expected = self.before if was_there else self.wanted
            for path, seen in expected.entries.items():
                if is_below(path, (folder,)):
                    there = self.after.entries.get(path)
                    assert there == seen, f"{path} is {there}, not {seen} (PERSIST {folder})"


def _above(path: str) -> Iterator[str]:
    while path := os.path.dirname(path):
        yield path


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
