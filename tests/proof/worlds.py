"""A server, two jars and caches of their own, driven in this process: many builds for one start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal

from attrs import define, field

from genieagent.folders import opened, remove_folder
from geniejars import (
    Config,
    Done,
    Event,
    Finished,
    JarbuildError,
    Plan,
    Planned,
    Started,
    allocate,
    cache_folder,
    clear_home,
    embedded_config,
    home_dir,
    run_as,
    shut_down,
)
from jarbuild.commands.build import Job
from jarbuild.options import BuildOptions
from jarbuild.problems import Problem
from jarbuild.project import read_project
from jfile import SyntaxErrors

TOP = Path(__file__).resolve().parents[2]
Program = Literal["jarbuild", "geniejars"]
PROGRAMS: Mapping[Program, str] = {"jarbuild": "main", "geniejars": "geniejars"}

Failure = JarbuildError | SyntaxErrors


@define
class Report:
    """A display that remembers: what one build told, and how it ended."""

    plans: list[Plan] = field(factory=list)
    started: list[int] = field(factory=list)
    finished: list[Finished] = field(factory=list)
    notes: list[str] = field(factory=list)
    events: list[Event] = field(factory=list)
    done: Done | None = None
    error: Failure | None = None

    def show(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case Planned(plan):
                self.plans.append(plan)
            case Started(index):
                self.started.append(index)
            case Finished():
                self.finished.append(event)
            case Done():
                self.done = event

    def note(self, text: str) -> None:
        self.notes.append(text)

    def close(self, problems: Sequence[Problem] = ()) -> None:
        """Errors are raised."""

    @property
    def outcome(self) -> str:
        """How it ended, in words that two builds of the same input share."""
        return "built" if self.error is None else f"{type(self.error).__name__}: {self.error}"

    def steps(self, *outcomes: str) -> list[int]:
        return [event.index for event in self.finished if event.outcome in outcomes]


@define
class World:
    """Everything below one folder. `jars` are allocated once and emptied again and again."""

    folder: Path
    config: Config
    jars: list[str] = field(factory=list)

    def cache(self, name: str) -> Path:
        return self.folder / "caches" / name

    def home(self, jar: str) -> Path:
        return home_dir(self.config, jar)

    def make_jars(self, count: int) -> None:
        self.jars = [allocate(self.config) for _ in range(count)]

    def empty(self) -> None:
        """As new: jars without a file, no cache, no project."""
        for jar in self.jars:
            clear_home(self.config, jar)
        for part in ("caches", "project"):
            remove(self.folder / part)

    def build(self, project: Path, jar: str | None, cache: str = "own", **options: Any) -> Report:
        """One build; an error is in the report."""
        report = Report()
        with self.using(cache):
            try:
                self._job(project, report, jar=jar, **options).build()
            except (JarbuildError, SyntaxErrors) as error:
                report.error = error
        return report

    def plan(self, project: Path, jar: str, cache: str = "own", **options: Any) -> Plan:
        report = Report()
        with self.using(cache):
            self._job(project, report, jar=jar, plan=True, **options).show_plan()
        return report.plans[-1]

    def start(self, program: Program, *words: str) -> subprocess.Popen[str]:
        """A command in a process of its own."""
        code = f"import sys; from jarbuild.cli import {PROGRAMS[program]} as run; sys.exit(run())"
        paths = os.pathsep.join(str(TOP / part) for part in ("grammar", "runtime", "."))
        folders = {
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CACHE_HOME": str(self.cache("own")),
        }
        return subprocess.Popen(
            [sys.executable, "-c", code, *words],
            env={**os.environ, **folders, "PYTHONPATH": paths},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, jar: str, script: str) -> int:
        """As a person's `geniejars exec` would."""
        return run_as(self.config, jar, "sh", ["-c", script], capture=True).exit_code

    def close(self) -> None:
        shut_down(self.config)

    def _job(self, project: Path, report: Report, **options: Any) -> Job:
        common = str(self.config.common_dir) if self.config.common_dir else None
        asked = BuildOptions(path=str(project), **options)
        read = read_project(str(project), common, cache_folder(), is_writable=not asked.plan)
        return Job(asked, self.config, read, report)

    @contextmanager
    def using(self, cache: str) -> Iterator[None]:
        before = os.environ.get("XDG_CACHE_HOME")
        os.environ["XDG_CACHE_HOME"] = str(self.cache(cache))
        try:
            yield
        finally:
            if before is None:
                del os.environ["XDG_CACHE_HOME"]
            else:
                os.environ["XDG_CACHE_HOME"] = before


@contextmanager
def a_world(jars: int) -> Iterator[World]:
    """With a server of its own, which ends with it."""
    with a_folder() as folder, _a_world(folder, jars) as world:
        yield world


@contextmanager
def a_world_in(part: str, disk: Callable[[Path], AbstractContextManager[None]]) -> Iterator[World]:
    """With one jar; a part of it ("state", "caches") lies on a disk of its own."""
    with a_folder() as folder, disk(folder / part), _a_world(folder, 1) as world:
        yield world


@contextmanager
def a_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="jbt-proof-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        remove(folder)


@contextmanager
def _a_world(folder: Path, jars: int) -> Iterator[World]:
    environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    world = World(folder, embedded_config(environ))
    try:
        world.make_jars(jars)
        yield world
    finally:
        world.close()


def remove(folder: Path) -> None:
    """With all that is in it, however deep that is."""
    with opened(str(folder.parent)) as parent:
        remove_folder(parent, folder.name)
