"""What the runner needs of a cache: results of steps by input, and where contents lie.

Protocols only: jarbuild's store is one implementation, the tests' in-memory store another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from attrs import frozen

from genieagent.trees import Digest, Path, Tree
from geniejars.errors import MachineError
from geniejars.plan import Step


class LayerFile(NamedTuple):
    """One regular file in a layer: where its bytes lie, and the time it shall come back with."""

    path: Path
    offset: int
    size: int
    sha256: Digest
    mtime_ns: int


class DamagedEntryError(MachineError):
    """A cache entry that a plan counted on is damaged: it counts as absent from now on."""

    code = "cache-damaged"


class Layer(Protocol):
    """The files a RUN wrote, in one file on the manager's disk.

    Looking something up, too, raises DamagedEntryError where its index cannot be read.
    """

    @property
    def id(self) -> Digest: ...

    def at(self, path: Path) -> LayerFile | None:
        """The file this layer put at `path`."""

    def holding(self, sha256: Digest) -> LayerFile | None:
        """Any file with this content."""

    def open(self) -> int:
        """A new descriptor for reading."""


@frozen
class Result:
    """What a step made of its input. `layer` is None for COPY, WORKDIR and a RUN without files."""

    output: Tree
    layer: Digest | None = None


class LayerDraft(Protocol):
    """A layer being written: `fd` is an empty file, open for writing."""

    @property
    def fd(self) -> int: ...

    def publish(self, files: Sequence[LayerFile]) -> Digest:
        """Make it durable under its digest, which comes back."""


class Results(Protocol):
    """Results by step and input tree. What cannot be read is absent."""

    def folder_object(self, digest: Digest) -> bytes:
        """A folder's object; raises KeyError."""

    def tree(self, digest: Digest) -> Tree:
        """A tree that was kept with a result; raises KeyError, BrokenObjectError."""

    def keep_folders(self, objects: Mapping[Digest, bytes]) -> None: ...

    def lookup(self, step: Step, source: Tree) -> Result | None: ...

    def record(self, step: Step, source: Tree, result: Result, seconds: float) -> None: ...

    def new_layer(self) -> AbstractContextManager[LayerDraft]: ...

    def layer(self, digest: Digest) -> Layer:
        """Raises DamagedEntryError when it is not there (any more) or damaged."""
