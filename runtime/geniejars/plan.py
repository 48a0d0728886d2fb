"""The plan: the small language a planner compiles to and the runner executes.

It knows nothing of JFile text. What `jarbuild --plan` prints is this very object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import Factory, frozen

from genieagent.trees import EMPTY_TREE, Digest, Tree

Status = Literal["cached", "run"]
Stamp = tuple[int, int, int, int, int, int]
"""What tells that a file is the one that was read: dev, ino, mode, size, mtime_ns, ctime_ns."""


@frozen
class View:
    """What a process in the jar sees of where and who it is; part of every key."""

    home: str
    user: str
    uid: int
    host: str


JAR_VIEW = View(home="/home/jar", user="jar", uid=1000, host="jar")
"""The one view of every jar that has namespaces, so that any result fits any jar."""


@frozen
class Source:
    """A context file a COPY reads: absolute path and the stamp its digest was taken at."""

    path: bytes
    stamp: Stamp


@frozen
class Verdict:
    """Why a step runs or not. `key` is None where the input tree is not known yet.

    `changed` names the files, variables or words that differ; never a secret's value.
    """

    status: Status
    key: Digest | None
    reason: str
    changed: tuple[str, ...] = ()


@frozen
class Step:
    """What all steps share.

    `index` counts from 1 over the steps of the plan; `line` is where the directive starts, in
    the JFile or in the included `file`; `text` is shown to people, placeholders unexpanded.
    `preimage` is all that the key covers except the input tree's digest (see cache.keys).
    `input` and `output` are known unless a RUN that must run stands before (or is this step).
    """

    index: int
    line: int
    directive: Literal["WORKDIR", "COPY", "RUN"]
    text: str
    verdict: Verdict
    preimage: Mapping[str, object]
    file: str | None = None
    input: Tree | None = None
    output: Tree | None = None
    seconds: float | None = None  # what it took when it last ran
    no_cache: bool = False  # it runs whatever is known of it


@frozen(kw_only=True)
class OverlayStep(Step):
    """WORKDIR or COPY: puts the folder `overlay` over the home; `sources` by content digest."""

    overlay: Digest
    sources: Mapping[Digest, Source] = Factory(dict)


@frozen
class CacheFolder:
    """A folder kept between RUNs, in no tree and no layer: its id and its path below the home."""

    id: str
    target: bytes


@frozen(kw_only=True)
class RunStep(Step):
    """One command; expanded, nothing left to look up but `imports` (values of secrets).

    `env` is the whole environment but for the secrets named in `imports` and what the agent adds
    (HOME, USER, LOGNAME, TMPDIR). `workdir` is a path below the home, b"" the home itself.
    `timeout` is in seconds.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    imports: tuple[str, ...] = ()
    workdir: bytes = b""
    mounts: tuple[CacheFolder, ...] = ()
    timeout: float | None = None


@frozen
class Health:
    """HEALTHCHECK: argv and times in seconds."""

    argv: tuple[str, ...]
    interval: float
    timeout: float
    start_period: float
    retries: int


@frozen
class Prepared:
    """What a build leaves for `app up`: the ancestor's `prepared` and what is new.

    `workdir` is a path below the home. `env` holds ENV only; `imports` names the secrets whose
    values are kept apart from the state. `added_paths` are ADDPATHs as the jar sees them.
    """

    tag: str | None = None
    cmd: tuple[str, ...] | None = None
    workdir: str = ""
    env: Mapping[str, str] = Factory(dict)
    imports: tuple[str, ...] = ()
    added_paths: tuple[str, ...] = ()
    stop_signal: str = "TERM"
    health: Health | None = None
    persist: tuple[str, ...] = ()


@frozen
class Plan:
    """Everything a build will do. `jar` is None when a jar will be newly allocated."""

    jfile: str
    jar: str | None
    view: View
    steps: tuple[Step, ...]
    prepared: Prepared
    depends: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    base: Tree = EMPTY_TREE

    @property
    def output(self) -> Tree | None:
        """The home's tree after the last step, where it is known."""
        return self.steps[-1].output if self.steps else self.base
