"""What a JFile does to a home, as values: rendered, paths below the home, nothing looked up yet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import Factory, frozen

from geniejars import CacheFolder, Path, Prepared
from jarbuild.context import Destination
from jfile import Copy, Run, Span, Workdir

RUN_ENVIRONMENT: Mapping[str, str] = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    # With these the same install gives the same tree; 1980 is the earliest that zip can say.
    "SOURCE_DATE_EPOCH": "315532800",
    "npm_config_cache": "/tmp/npm-cache",  # noqa: S108  # a RUN has a /tmp of its own
    "PIP_CACHE_DIR": "/tmp/pip-cache",  # noqa: S108
}
"""What every RUN finds unless ENV says otherwise. A change here is a change of `keys.SCHEMA`."""

OWN_CACHES: Mapping[str, Path] = {"npm_config_cache": b".npm", "PIP_CACHE_DIR": b".cache/pip"}
"""Where npm and pip keep downloads by themselves: a cache that is mounted there is to be used."""


@frozen
class Scope:
    """What the directives so far have set.

    `env` holds None for a variable whose value IMPORT brings; `open` names variables and arguments
    whose value names a port that is not known yet. `depends` are paths with where they stand.
    """

    env: Mapping[str, str | None] = Factory(dict)
    args: Mapping[str, str] = Factory(dict)
    open: frozenset[str] = frozenset()
    depends: tuple[tuple[str, Span], ...] = ()
    workdir: Path = b""

    @property
    def imports(self) -> tuple[str, ...]:
        return tuple(sorted(name for name, value in self.env.items() if value is None))

    @property
    def plain_env(self) -> dict[str, str]:
        return {name: value for name, value in self.env.items() if value is not None}


@frozen
class MakeFolder:
    """WORKDIR. Like the others it `is_open` if it names a port that is not known yet."""

    node: Workdir
    path: Path
    is_open: bool


@frozen
class PutFiles:
    """COPY; `sources` with the word that names each."""

    node: Copy
    sources: tuple[tuple[str, Span], ...]
    destination: Destination
    is_open: bool


@frozen
class RunCommand:
    """RUN, and the scope it stands in."""

    node: Run
    argv: tuple[str, ...]
    mounts: tuple[CacheFolder, ...]
    scope: Scope
    names_port: bool  # that is not known yet, in its own text

    @property
    def words(self) -> tuple[str, ...]:
        """What the JFile says: argv, without the shell where that is understood."""
        return self.argv if self.node.command is None else self.argv[-1:]

    @property
    def args(self) -> dict[str, str]:
        """The ARGs that it can see: those its own text names, unless ENV or IMPORT set them too."""
        words = set(re.findall(r"\w+", "\n".join(self.words), re.ASCII))
        visible = words - self.scope.env.keys()
        return {name: value for name, value in self.scope.args.items() if name in visible}

    @property
    def env(self) -> dict[str, str]:
        """The environment but for ARGs and secrets."""
        defaults = {n: v for n, v in RUN_ENVIRONMENT.items() if not self._is_mounted(n)}
        env = {**defaults, **self.scope.plain_env}
        return {name: value for name, value in env.items() if name not in self.scope.imports}

    def _is_mounted(self, name: str) -> bool:
        """Whether the variable's cache lies, by its tool's own custom, in one of this RUN's."""
        own = OWN_CACHES.get(name, b"") + b"/"
        return any(own.startswith(mount.target + b"/") for mount in self.mounts)

    @property
    def is_open(self) -> bool:
        return self.names_port or bool(self.scope.open & (self.args.keys() | self.scope.env.keys()))


Action = MakeFolder | PutFiles | RunCommand


@frozen
class Expansion:
    """A JFile for one target; `scope` is the one at its end."""

    actions: tuple[Action, ...]
    prepared: Prepared
    scope: Scope
    declared_args: frozenset[str]
