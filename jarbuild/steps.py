"""From actions to steps that nobody has decided on: what each does, and what it depends on.

Here the disk is read: sources of COPYs, what DEPENDs lead to, the programs a RUN names.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from attrs import define, field

from geniejars import (
    EMPTY_FOLDER,
    JAR_VIEW,
    NEW_FOLDER_MODE,
    Digest,
    Entry,
    JFileError,
    OverlayStep,
    RunStep,
    Step,
    Verdict,
    nest,
)
from jarbuild.actions import RUN_ENVIRONMENT, Action, MakeFolder, PutFiles, RunCommand
from jarbuild.cache import keys
from jarbuild.cache.keys import Preimage, RunInputs, World
from jarbuild.context import Context, Found, Overlay
from jarbuild.depends import depend_digest
from jarbuild.expand import at
from jarbuild.target import Target
from jarbuild.tools import Tools
from jfile import unparse

TMP = "/tmp"  # noqa: S108  # as a jar with namespaces sees it
IN_TMP = tuple(name for name, value in RUN_ENVIRONMENT.items() if value.startswith(f"{TMP}/"))

UNDECIDED = Verdict("run", None, "")

NEW_JAR = "new jar"
"""Stands for the allocation of a jar that is still to be allocated; never part of a key."""


@define(slots=False)
class StepMaker:
    """Makes the steps of one JFile called `name`, in order; raises JFileError with a place.

    `secret` and `environment` give IMPORTs their fingerprints.
    """

    name: str
    target: Target
    context: Context
    secret: bytes
    environment: Mapping[str, str]
    share_imports: bool
    _depends: dict[str, Digest] = field(factory=dict, init=False)

    def make(self, index: int, action: Action) -> Step:
        match action:
            case MakeFolder(_, path):
                preimage = keys.workdir_preimage(self._world, path)
                return self._overlay_step(index, action, "WORKDIR", preimage, self._folder(path))
            case PutFiles():
                overlay = Overlay() if action.is_open else self._copied(action)
                preimage = keys.copy_preimage(self._world, overlay.digest)
                return self._overlay_step(index, action, "COPY", preimage, overlay)
            case RunCommand():
                return self._run_step(index, action)

    def is_open(self, action: Action) -> bool:
        """Whether something in its key is only known when there is a jar."""
        is_tied = isinstance(action, RunCommand) and bool(action.scope.imports)
        is_tied_to_new_jar = is_tied and self._allocation == NEW_JAR
        return action.is_open or is_tied_to_new_jar

    @cached_property
    def _world(self) -> World:
        return World(self.target.host, self.target.view)

    @cached_property
    def _tools(self) -> Tools:
        homes = [home for home in (self.target.view.home, self.target.real_home) if home]
        return Tools(self.context.stamps, homes)

    @property
    def _allocation(self) -> str | None:
        return None if self.share_imports else self.target.allocation or NEW_JAR

    def _folder(self, path: bytes) -> Overlay:
        empty = Entry("folder", NEW_FOLDER_MODE, EMPTY_FOLDER)
        return Overlay(nest(self.context.forest, path, empty))

    def _copied(self, action: PutFiles) -> Overlay:
        node, found = action.node, list[Found]()
        for written, span in action.sources:
            with at(span, self.name):
                found += self.context.find(written)
        with at(node.dest.span, self.name):
            if len(found) > 1 and not action.destination.is_folder:
                raise JFileError(
                    f"{len(found)} sources cannot all become {node.dest}",
                    help=f"to copy them into a folder, write {node.dest}/",
                )
        with at(node.sources[0].span, self.name):
            return self.context.overlay(
                found, action.destination, chmod=node.chmod, exclude=node.exclude
            )

    def _overlay_step(
        self,
        index: int,
        action: Action,
        directive: Literal["WORKDIR", "COPY"],
        preimage: Preimage,
        overlay: Overlay,
    ) -> OverlayStep:
        shared = self._shared(index, action, preimage)
        return OverlayStep(
            directive=directive, overlay=overlay.digest, sources=overlay.sources, **shared
        )

    def _run_step(self, index: int, action: RunCommand) -> RunStep:
        node, scope = action.node, action.scope
        return RunStep(
            directive="RUN",
            argv=action.argv,
            # Sorted, as in the key: `env > file` must not tell one order from another.
            env=dict(sorted({**self._env(action), **action.args}.items())),
            imports=scope.imports,
            workdir=scope.workdir,
            mounts=action.mounts,
            no_cache=node.no_cache,
            timeout=node.timeout,
            **self._shared(index, action, keys.run_preimage(self._world, self._inputs(action))),
        )

    def _env(self, action: RunCommand) -> dict[str, str]:
        """Without a private /tmp the download caches lie in the folder that stands for it."""
        if self.target.view == JAR_VIEW:
            return action.env
        scratch = posixpath.join(posixpath.dirname(self.target.view.home), "scratch/build")
        defaults = [n for n in IN_TMP if n in action.env and n not in action.scope.env]
        moved = {name: scratch + RUN_ENVIRONMENT[name].removeprefix(TMP) for name in defaults}
        return {**action.env, **moved}

    def _inputs(self, action: RunCommand) -> RunInputs:
        scope = action.scope
        return RunInputs(
            argv=action.argv,
            env=self._env(action),
            args=action.args,
            workdir=scope.workdir,
            mounts=action.mounts,
            depends={path: self._depend(path) for path, _ in scope.depends},
            imports={name: self._fingerprint(name) for name in scope.imports},
            allocation=self._allocation,
            tools=self._tools.named_in(action.words, action.env.get("PATH", "")),
        )

    def _fingerprint(self, name: str) -> Digest:
        return keys.import_fingerprint(self.secret, name, self.environment[name])

    def _depend(self, path: str) -> Digest:
        if path not in self._depends:
            self._depends[path] = depend_digest(path, self.context.stamps)
        return self._depends[path]

    def _shared(self, index: int, action: Action, preimage: Preimage) -> dict[str, Any]:
        span = action.node.span
        return {
            "index": index,
            "line": span.line,
            "file": span.file,
            "text": unparse(action.node),
            "verdict": UNDECIDED,
            "preimage": preimage,
        }


def destination_of(action: Action) -> str:
    """Where a COPY puts things, as text."""
    return os.fsdecode(action.destination.path) if isinstance(action, PutFiles) else ""
