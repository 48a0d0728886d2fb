"""Where the bytes of a tree's files lie: in the context, in a layer, in the build root.

A place in a home is filled by operations; this module chooses, for each file, the operation and
the descriptor that goes with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import Factory, define, field

from genieagent.operations import CloneFile, Operation, WriteFile
from genieagent.place import FOLDER, READ, open_below
from genieagent.trees import Digest, Entry, Forest, Path
from geniejars.errors import InternalError, StepFailedError
from geniejars.plan import Source, Stamp
from geniejars.results import Layer, LayerFile

if TYPE_CHECKING:
    from geniejars.client import AgentSession

Opener = Callable[[], int]
Progress = Callable[[int, int], None]
"""Told how many bytes of how many have been sent."""

PATH_MAX = 4096
"""What the kernel takes in one call, the final NUL included; limits.h."""

LARGE = 32 << 20
"""From so many bytes on, a change takes long enough to be watched."""


def stamp_of(descriptor: int) -> Stamp:
    """What must not have changed between planning and copying."""
    s = os.fstat(descriptor)
    return (s.st_dev, s.st_ino, s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns)


def open_source(source: Source) -> int:
    """A descriptor of a context file that still is the planned one; raises StepFailedError."""
    try:
        descriptor = _open(source.path)
    except OSError as error:
        raise _changed(source) from error
    if stamp_of(descriptor) != source.stamp:
        os.close(descriptor)
        raise _changed(source)
    return descriptor


def _open(path: bytes) -> int:
    """In a context there may be more folders in each other than a path can name at once."""
    if len(path) < PATH_MAX:
        return os.open(path, READ)
    top = os.open("/", FOLDER)
    try:
        return open_below(top, path.lstrip(b"/"), READ)
    finally:
        os.close(top)


def check_source(source: Source, descriptor: int) -> None:
    """Raises StepFailedError when the file changed while it was copied."""
    if stamp_of(descriptor) != source.stamp:
        raise _changed(source)


def _changed(source: Source) -> StepFailedError:
    name = os.fsdecode(source.path)
    return StepFailedError(
        f"{name} changed while it was read",
        help="build again when whatever writes it has finished, or list it in .jarignore",
    )


@define
class Contents:
    """Files by path and content, from the newest place that has them.

    `layers` and `sources` are in the order of the steps that made them; a file that a layer put
    at the very path wins, for its modification time. `root` is the build root's folder, where
    the agent can copy from, or None. `on_progress` hears of large changes, at each per cent.
    """

    forest: Forest
    on_progress: Progress | None = None
    layers: list[Layer] = Factory(list)
    sources: dict[Digest, Source] = Factory(dict)
    root: Digest | None = None
    _total: int = field(default=0, init=False)
    _sent: int = field(default=0, init=False)

    def add_sources(self, sources: Mapping[Digest, Source]) -> None:
        self.sources.update(sources)

    def has(self, path: Path, entry: Entry) -> bool:
        """Whether `write` can make this file."""
        return (
            self._is_in_root(path, entry)
            or entry.value in self.sources
            or self._in_layer(path, entry.value) is not None
        )

    def write(self, path: Path, entry: Entry) -> Operation:
        """The operation that makes this file; raises InternalError where nothing has it."""
        if self._is_in_root(path, entry):
            return CloneFile(path, entry.mode, entry.size, entry.value, at=path)
        found = self._in_layer(path, entry.value)
        if found is None and entry.value not in self.sources:
            raise InternalError(f"no copy of {os.fsdecode(path)} ({entry.value[:12]}) is left")
        if found is None:
            return WriteFile(path, entry.mode, entry.size, entry.value)
        file = found[1]
        return WriteFile(
            path, entry.mode, entry.size, entry.value, file.mtime_ns, file.offset, check=True
        )

    def read(self, path: Path, entry: Entry, session: AgentSession) -> bytes:
        """What is in a file that it `has`."""
        if self._is_in_root(path, entry):
            return session.read("root", path, entry.size)[0]
        operation = self.write(path, entry)
        assert isinstance(operation, WriteFile)
        descriptor = self.opener(operation)()
        try:
            return os.pread(descriptor, operation.size, operation.offset)
        finally:
            os.close(descriptor)

    def with_openers(
        self, operations: Sequence[Operation]
    ) -> Iterator[tuple[Operation, Opener | None]]:
        """Each operation with what opens the descriptor it consumes, if it consumes one: all of a
        change."""
        self._total = sum(o.size for o in operations if isinstance(o, WriteFile))
        self._sent = 0
        return ((o, self.opener(o) if isinstance(o, WriteFile) else None) for o in operations)

    def opener(self, operation: WriteFile) -> Opener:
        found = self._in_layer(operation.path, operation.sha256)
        if operation.check and found is not None:
            return found[0].open
        source = self.sources[operation.sha256]
        return lambda: open_source(source)

    def check(self, operation: Operation, descriptor: int) -> None:
        """To be called when the agent has copied; raises StepFailedError for a changed source."""
        if not isinstance(operation, WriteFile):
            return
        if not operation.check:
            check_source(self.sources[operation.sha256], descriptor)
        self._tell_sent(operation.size)

    def _tell_sent(self, size: int) -> None:
        before, self._sent = self._sent, self._sent + size
        if self.on_progress is None or self._total < LARGE:
            return
        if before * 100 // self._total < self._sent * 100 // self._total:
            self.on_progress(self._sent, self._total)

    def _is_in_root(self, path: Path, entry: Entry) -> bool:
        there = self.forest.find(self.root, path) if self.root else None
        return there is not None and there.kind == "file" and there.value == entry.value

    def _in_layer(self, path: Path, sha256: Digest) -> tuple[Layer, LayerFile] | None:
        exact = ((layer, layer.at(path)) for layer in reversed(self.layers))
        for layer, file in exact:
            if file is not None and file.sha256 == sha256:
                return layer, file
        if sha256 in self.sources:
            return None
        return self._anywhere_in_layers(sha256)

    def _anywhere_in_layers(self, sha256: Digest) -> tuple[Layer, LayerFile] | None:
        for layer in reversed(self.layers):
            if (file := layer.holding(sha256)) is not None:
                return layer, file
        return None
