"""`jarbuild [PATH]`: read the project, plan it, run the plan, show what happens."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from geniejars import (
    Config,
    DamagedEntryError,
    Done,
    Home,
    Plan,
    Planned,
    RunFailedError,
    StepFailedError,
    Surroundings,
    UsageError,
    Waiting,
    agent_status,
    allocate,
    bind_jfile,
    bound_jar,
    cache_folder,
    execute,
    find_situation,
    keep_secrets,
    load_config,
    reach,
    read_state,
    resolve_name,
)
from jarbuild.cache.store import Store
from jarbuild.commands.upkeep import build_store, jar_id
from jarbuild.display import Display
from jarbuild.options import BuildOptions
from jarbuild.planner import Planning, Wishes, make_plan
from jarbuild.project import Project, read_project
from jarbuild.selection import selected_jar
from jarbuild.target import Target, target_of
from jfile import Cmd

MOST_NEW_PLANS = 3
"""How often a damaged cache entry may turn up during one build before we give up."""


def run(options: BuildOptions, display: Display) -> int:
    """0, or with `--plan --check` 1 where a step would run. Raises JarbuildError."""
    config = _config(options)
    project = read_project(
        options.path, _common(config), cache_folder(), is_writable=not options.plan
    )
    job = Job(options, config, project, display)
    return job.show_plan() if options.plan else job.build()


def _config(options: BuildOptions) -> Config:
    config = load_config(options.config)
    return evolve(config, isolation=options.isolation) if options.isolation else config


def _common(config: Config) -> str | None:
    return None if config.common_dir is None else str(config.common_dir)


@frozen
class Job:
    """One build as it was asked for."""

    options: BuildOptions
    config: Config
    project: Project
    display: Display

    def show_plan(self) -> int:
        """The plan of a build right now; changes nothing on disk, asks nobody."""
        with Store.open(cache_folder(), is_writable=False) as store:
            plan = self._plan(store, target_of(self.config, self._jar())).plan
        self.display.show(Planned(plan))
        would_run = any(step.verdict.status == "run" for step in plan.steps)
        return 1 if self.options.check and would_run else 0

    def build(self) -> int:
        self._refuse_to_start_nothing()
        name = self._jar()
        find_situation(self.config)  # what a jar sees is in every key
        with build_store(cache_folder(), self.config, self.display.note) as store:
            home = self._home(store, name)
            with home.locked(f"another build of {home.name}"):
                home.recover()
                self._execute(store, home)
        if self.options.up:
            self._start(home)
        return 0

    def _refuse_to_start_nothing(self) -> None:
        if self.options.up and not any(isinstance(d, Cmd) for d in self.project.jfile.directives):
            raise UsageError(
                f"{self.project.name} has no CMD for --up to start",
                help="say in it what the jar runs, as CMD PROGRAM, or leave --up out",
            )

    def _jar(self) -> str | None:
        """The jar to build into, where there is one already; raises UsageError."""
        state = read_state(self.config)
        if self.options.jar is not None:
            return resolve_name(state, self.options.jar)
        return selected_jar(state) or bound_jar(state, self.project.path)

    def _home(self, store: Store, name: str | None) -> Home:
        """The jar, allocated if need be, but not for a JFile that is wrong."""
        if name is None:
            self._bare_plan(store, target_of(self.config, None))
            name = allocate(self.config, jfile=self.project.path)
        else:
            bind_jfile(self.config, name, self.project.path)
        return Home(self.config, name, self._wait, self.display.note)

    def _wait(self, what: str) -> None:
        self.display.show(Waiting(what))

    def _plan(self, store: Store, target: Target) -> Planning:
        """The plan with what lint warns of, where a step would run or warnings count."""
        planning = self._bare_plan(store, target)
        would_run = any(step.verdict.status == "run" for step in planning.plan.steps)
        if not (would_run or self.options.strict):
            return planning
        warnings = (*planning.plan.warnings, *self.project.findings())
        return evolve(planning, plan=evolve(planning.plan, warnings=warnings))

    def _bare_plan(self, store: Store, target: Target) -> Planning:
        return make_plan(
            self.project.jfile,
            jfile_path=self.project.name,
            target=target,
            environment=os.environ,
            store=store,
            wishes=Wishes(
                args=self.options.args,
                no_cache=self.options.no_cache,
                no_cache_from=self.options.no_cache_from,
                share_imports=self.options.share_imports,
            ),
            keep_stamps=store.is_writable,
        )

    def _execute(self, store: Store, home: Home) -> None:
        """Run the plan; where the cache turns out damaged, make a new one and run that.

        The root is made anew then: nothing tells how far damage has come into it.
        """
        for attempt in range(MOST_NEW_PLANS + 1):
            planning = self._plan(store, target_of(self.config, home.name))
            self._refuse_warnings(planning)
            try:
                return self._run(planning, store, home, clean=self.options.clean or attempt > 0)
            except DamagedEntryError:
                if attempt == MOST_NEW_PLANS:
                    raise
        return None

    def _refuse_warnings(self, planning: Planning) -> None:
        if self.options.strict and planning.plan.warnings:
            raise StepFailedError(
                f"a warning fails this build: {planning.plan.warnings[0]}",
                help="--strict was given; leave it out to build all the same",
            )

    def _run(self, planning: Planning, store: Store, home: Home, *, clean: bool) -> None:
        secrets = _only(planning.secrets, planning.plan.prepared.imports)
        keep_secrets(self.config, home.name, secrets)
        good_in = None
        try:
            around = evolve(self._around(planning), clean=clean)
            done = execute(planning.plan, home, store, around, planning.folders, self.display.show)
            good_in = jar_id(self.config.state_file, home.name)
        except RunFailedError as error:
            self._attend(error, home, planning)
            raise
        finally:
            planning.remember(store, good_in)
        if self.options.verify:
            self._verify(done, planning.plan, store, home)
        else:
            self.display.show(done)

    def _verify(self, done: Done, plan: Plan, store: Store, home: Home) -> None:
        from jarbuild.verification import differences, refuse  # few builds ask for it

        found = differences(store, home, plan, jar_id(self.config.state_file, home.name))
        self.display.show(evolve(done, differences=found))
        refuse(found)

    def _attend(self, error: RunFailedError, home: Home, planning: Planning) -> None:
        from jarbuild.commands.failure import attend_failure  # a terminal is rarely wanted

        secrets = _only(planning.secrets, error.step.imports)
        env = {**self._around(planning).reach, **error.step.env, **secrets}
        attend_failure(error, home, env, self.options.on_fail, self.display.note)

    def _around(self, planning: Planning) -> Surroundings:
        return Surroundings(planning.secrets, reach(self.config), self.options.restart)

    def _start(self, home: Home) -> None:
        """`--up`: what already runs has been changed under it, or was ended by --restart."""
        from jarbuild.commands.jars.startup import start, wait_until_healthy  # few builds do

        entry = read_state(self.config)["pool"][home.name]
        app = entry["alias"] or home.name
        if not agent_status(self.config, home.name).is_up:
            start(home)
            self.display.note(self._what_started(home, app, entry["ports"] or ()))
        if self.options.wait:
            self.display.note(f"{app} is {wait_until_healthy(home)}")

    def _what_started(self, home: Home, app: str, ports: Iterable[int]) -> str:
        if not agent_status(self.config, home.name).is_up:
            return f"{app} has ended already, with exit code 0: see geniejars logs {app}"
        addresses = ", ".join(f"http://127.0.0.1:{port}/" for port in ports)
        return f"{app} is up; its ports: {addresses or 'none'}"


def _only(values: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: values[name] for name in names}
