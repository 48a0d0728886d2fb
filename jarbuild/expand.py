"""From directives to actions, one after the other; values to values, nothing on disk.

ENV, ARG, IMPORT, DEPEND and WORKDIR act on what comes after them: they change the scope. WORKDIR,
COPY and RUN are actions. The rest is for `app up`.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from attrs import define, evolve, field

from geniejars import CacheFolder, Health, JFileError, Path, Place, Prepared
from jarbuild.actions import Action, Expansion, MakeFolder, PutFiles, RunCommand, Scope
from jarbuild.context import Destination
from jarbuild.homepaths import HomePaths
from jarbuild.target import Target
from jfile import (
    Addpath,
    Arg,
    CacheMount,
    Cmd,
    Copy,
    Depend,
    Directive,
    Env,
    Healthcheck,
    Import,
    JFile,
    Persist,
    Port,
    Run,
    Span,
    Stopsignal,
    Tag,
    Text,
    Workdir,
    check_ports,
    render,
    texts,
)


def expand(
    jfile: JFile,
    name: str,
    target: Target,
    args: Mapping[str, str],
    environment: Mapping[str, str],
) -> Expansion:
    """The actions of a JFile without INCLUDEs, called `name`; raises JFileError with a place.

    `environment` is where IMPORT takes values from.
    """
    count = len(target.ports) if target.ports is not None else target.port_count
    for mistake in check_ports(jfile, count):
        help = mistake.hint or mistake.expected
        raise JFileError(mistake.message, help=help, place=place_of(mistake.span, name))
    expander = _Expander(name, target, args, environment)
    for node in jfile.directives:
        with at(node.span, name):
            expander.take(node)
    return expander.finish()


def _refuse_second(folder: CacheFolder, earlier: Sequence[CacheFolder]) -> None:
    """A cache is one folder, which can be in one place only; raises JFileError."""
    if folder.target in (mount.target for mount in earlier):
        raise JFileError(
            f"two caches cannot both be at {os.fsdecode(folder.target)}",
            help="give one of the mounts another target",
        )
    if folder.id in (mount.id for mount in earlier):
        raise JFileError(
            f"the cache {folder.id} cannot be in two places at once",
            help="give one of the mounts another id",
        )


def place_of(span: Span, name: str) -> Place:
    return Place(span.file or name, span.line, span.column, span.end_line, span.end_column)


@contextmanager
def at(span: Span, name: str) -> Iterator[None]:
    """A JFileError without a place gets this one."""
    try:
        yield
    except JFileError as error:
        error.place = error.place or place_of(span, name)
        raise


@define
class _Expander:
    """What has been read so far."""

    name: str
    target: Target
    args: Mapping[str, str]
    environment: Mapping[str, str]
    scope: Scope = field(factory=Scope, init=False)
    prepared: Prepared = field(factory=Prepared, init=False)
    actions: list[Action] = field(factory=list, init=False)
    declared: set[str] = field(factory=set, init=False)

    @property
    def paths(self) -> HomePaths:
        return HomePaths(self.target.view.home, self.target.real_home)

    def finish(self) -> Expansion:
        prepared = evolve(
            self.prepared,
            workdir=os.fsdecode(self.scope.workdir),
            env=self.scope.plain_env,
            imports=self.scope.imports,
        )
        return Expansion(tuple(self.actions), prepared, self.scope, frozenset(self.declared))

    def take(self, node: Directive) -> None:
        match node:
            case Env(key, value):
                self._set(self._render(key), value)
            case Arg():
                self._declare(node)
            case Import(key):
                with at(key.span, self.name):
                    self._import(self._render(key))
            case Depend(path):
                depends = (*self.scope.depends, (self._render(path), path.span))
                self.scope = evolve(self.scope, depends=depends)
            case Workdir() | Copy() | Run():
                self.actions.append(self._action(node))
            case _:
                self._prepare(node)

    def _prepare(self, node: Directive) -> None:
        """What only `app up` needs."""
        match node:
            case Tag(tag):
                self.prepared = evolve(self.prepared, tag=self._render(tag))
            case Cmd(argv):
                self.prepared = evolve(self.prepared, cmd=self._argv(argv))
            case Addpath(path):
                added = (*self.prepared.added_paths, self.paths.in_jar(self._render(path)))
                self.prepared = evolve(self.prepared, added_paths=added)
            case Persist(path):
                kept = self._kept(path)
                self.prepared = evolve(self.prepared, persist=(*self.prepared.persist, kept))
            case Stopsignal(signal):
                self.prepared = evolve(self.prepared, stop_signal=signal)
            case Healthcheck():
                self.prepared = evolve(self.prepared, health=self._health(node))

    def _set(self, name: str, value: Text) -> None:
        self.scope = evolve(
            self.scope,
            env={**self.scope.env, name: self._render(value)},
            open=self._now_open(name, value),
        )

    def _import(self, name: str) -> None:
        if name not in self.environment:
            raise JFileError(
                f"IMPORT {name}: not set in your environment", help=f"export {name}=… and try again"
            )
        open = self.scope.open - {name}
        self.scope = evolve(self.scope, env={**self.scope.env, name: None}, open=open)

    def _declare(self, node: Arg) -> None:
        self.declared.add(node.name)
        if node.name in self.args:
            value, open = self.args[node.name], self.scope.open - {node.name}
        elif node.default is not None:
            value, open = self._render(node.default), self._now_open(node.name, node.default)
        else:
            raise JFileError(
                f"ARG {node.name} has no value", help=f"give it one: --arg {node.name}=VALUE"
            )
        self.scope = evolve(self.scope, args={**self.scope.args, node.name: value}, open=open)

    def _action(self, node: Workdir | Copy | Run) -> Action:
        is_open = any(self._is_open(text) for text in texts(node))
        match node:
            case Workdir(path):
                with at(path.span, self.name):
                    folder = self.paths.below(self._render(path))
                self.scope = evolve(self.scope, workdir=folder)
                return MakeFolder(node, folder, is_open)
            case Copy():
                sources = tuple((self._render(source), source.span) for source in node.sources)
                return PutFiles(node, sources, self._destination(node.dest), is_open)
            case Run():
                return RunCommand(
                    node, self._run_argv(node), self._mounts(node.mounts), self.scope, is_open
                )

    def _destination(self, dest: Text) -> Destination:
        """`dest/`, and what can be nothing but a folder, is one to put files into."""
        path, last = self._below_workdir(dest), posixpath.basename(self._render(dest))
        return Destination(path, is_folder=last in ("", ".", "..") or path == b"")

    def _run_argv(self, node: Run) -> tuple[str, ...]:
        if node.command is None:
            return self._argv(node.argv or ())
        options = ("-e", "-c") if node.heredoc else ("-c",)
        return ("sh", *options, self._render(node.command))

    def _mounts(self, written: Sequence[CacheMount]) -> tuple[CacheFolder, ...]:
        mounts: list[CacheFolder] = []
        for mount in written:
            folder = self._mount(mount)
            with at(mount.target.span, self.name):
                _refuse_second(folder, mounts)
            mounts.append(folder)
        return tuple(mounts)

    def _mount(self, mount: CacheMount) -> CacheFolder:
        target = self._below_workdir(mount.target)
        with at(mount.target.span, self.name):
            if not target:
                raise JFileError("the home itself cannot be a cache", help="name a folder in it")
        return CacheFolder(mount.id or os.fsdecode(target), target)

    def _kept(self, path: Text) -> str:
        kept = os.fsdecode(self._below_workdir(path))
        with at(path.span, self.name):
            if not kept:
                raise JFileError(
                    "PERSIST cannot be the whole home",
                    help="name the folder that holds the data: no build would change anything",
                )
        return kept

    def _health(self, node: Healthcheck) -> Health | None:
        if node.argv is None:
            return None
        argv = self._argv(node.argv)
        return Health(argv, node.interval, node.timeout, node.start_period, node.retries)

    def _below_workdir(self, path: Text) -> Path:
        with at(path.span, self.name):
            return self.paths.below(self._render(path), self.scope.workdir)

    def _argv(self, argv: tuple[Text, ...]) -> tuple[str, ...]:
        return tuple(map(self._render, argv))

    def _render(self, text: Text) -> str:
        return render(text, self.target.ports, self.target.common)

    def _is_open(self, text: Text) -> bool:
        return self.target.ports is None and any(isinstance(p, Port) for p in text.parts)

    def _now_open(self, name: str, value: Text) -> frozenset[str]:
        return self.scope.open | {name} if self._is_open(value) else self.scope.open - {name}
