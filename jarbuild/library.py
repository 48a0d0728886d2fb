"""Plans and builds for programs, told to a function instead of a screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import define, field

from geniejars import (
    Config,
    Done,
    Event,
    Plan,
    Planned,
    Prepared,
    cache_folder,
    load_config,
    occupied_entry,
    prepared_from_json,
    read_state,
)
from jarbuild.commands.build import Job
from jarbuild.options import BuildOptions
from jarbuild.problems import Problem
from jarbuild.project import NAME, Project, read_project
from jfile import JFile

OnEvent = Callable[[Event], None]


@define
class Listener:
    """A display without a screen."""

    on_event: OnEvent | None = None
    plan: Plan | None = field(default=None, init=False)
    done: Done | None = field(default=None, init=False)

    def show(self, event: Event) -> None:
        if isinstance(event, Planned):
            self.plan = event.plan
        elif isinstance(event, Done):
            self.done = event
        if self.on_event is not None:
            self.on_event(event)

    def note(self, text: str) -> None:
        """A program reads events."""

    def close(self, problems: Sequence[Problem] = ()) -> None:
        """A program gets exceptions."""


def plan(
    path: str | os.PathLike[str] = ".",
    *,
    jar: str | None = None,
    args: Mapping[str, str] | None = None,
    no_cache: bool = False,
    config: Config | None = None,
) -> Plan:
    """What `build` would do now, and why; nothing on disk changes.

    Raises jfile.SyntaxErrors and JarbuildError.
    """
    options = BuildOptions(plan=True, jar=jar, args=args or {}, no_cache=no_cache)
    listener = Listener()
    _job(path, options, config, listener).show_plan()
    assert listener.plan is not None, "it is what was asked for"
    return listener.plan


def build(
    path: str | os.PathLike[str] = ".",
    *,
    jar: str | None = None,
    args: Mapping[str, str] | None = None,
    no_cache: bool = False,
    restart: bool = False,
    config: Config | None = None,
    on_event: OnEvent | None = None,
) -> Done:
    """Build a folder's JFile, or a JFile, into its jar, which is allocated if need be.

    Raises jfile.SyntaxErrors and JarbuildError; the jar is as it was then.

    >>> build("examples/helloworld").jar
    """
    options = BuildOptions(jar=jar, args=args or {}, no_cache=no_cache, restart=restart)
    listener = Listener(on_event)
    _job(path, options, config, listener).build()
    assert listener.done is not None, "a build that did not succeed raises"
    return listener.done


def prepare(
    config: Config,
    name: str,
    path: str | os.PathLike[str],
    *,
    on_event: OnEvent | None = None,
) -> Prepared:
    """Build a JFile into an allocated jar; what its app needs to start comes back."""
    build(path, jar=name, config=config, on_event=on_event)
    return _prepared(config, name)


def apply_jfile(
    config: Config,
    name: str,
    jfile: JFile,
    context: str | os.PathLike[str],
    *,
    on_event: OnEvent | None = None,
) -> Prepared:
    """`prepare` of nodes that are in no file, with the folder that COPY reads from."""
    project = Project(str(Path(context) / NAME), jfile)
    Job(BuildOptions(jar=name), config, project, Listener(on_event)).build()
    return _prepared(config, name)


def _job(
    path: str | os.PathLike[str], options: BuildOptions, config: Config | None, listener: Listener
) -> Job:
    config = config or load_config()
    common = None if config.common_dir is None else str(config.common_dir)
    cache, is_writable = cache_folder(), not options.plan
    project = read_project(os.fspath(path), common, cache, is_writable=is_writable)
    return Job(options, config, project, listener)


def _prepared(config: Config, name: str) -> Prepared:
    entry = occupied_entry(read_state(config), name)
    return prepared_from_json(entry["prepared"] or {})
