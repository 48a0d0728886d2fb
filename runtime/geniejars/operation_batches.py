"""Sends operations to an agent in batches: as many as fit, descriptors open only meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from attrs import Factory, define

from genieagent.operations import Operation, to_wire
from geniejars.conversation import AgentError, Conversation
from geniejars.results import DamagedEntryError

Opener = Callable[[], int]
OpenedOperation = tuple[Operation, Opener | None]
After = Callable[[Operation, int], None]

MOST_DESCRIPTORS = 200
"""At once: below the protocol's 253, and far below the usual limit of 1,024 a process."""

MOST_PATH_BYTES = 1 << 20
"""Far below a message's 16 MiB even where every byte of a path is escaped (as \\udcff)."""

FIXED_BYTES = 200
"""About what an operation takes beside its paths."""


@define
class Batch:
    operations: list[Operation] = Factory(list)
    descriptors: list[int] = Factory(list)
    consumers: list[Operation] = Factory(list)  # of the descriptors, in the same order
    size: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.descriptors) >= MOST_DESCRIPTORS or self.size >= MOST_PATH_BYTES

    def add(self, operation: Operation, opener: Opener | None) -> None:
        if opener is not None:
            self.descriptors.append(opener())
            self.consumers.append(operation)
        self.operations.append(operation)
        self.size += FIXED_BYTES + len(operation.path)

    def close(self) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)


def send_operations(
    conversation: Conversation, operations: Iterable[OpenedOperation], after: After | None
) -> None:
    """Within an `apply`: everything up to its commit.

    `after` gets each operation that had a descriptor, and that descriptor, once the agent has
    read from it; what it raises goes to the caller. Raises DamagedEntryError where a content is
    not what it was said to be and `after` knows of no other reason.
    """
    for batch in _batches(operations):
        try:
            _send(conversation, batch)
            _finish(batch, after)
        except AgentError as error:
            if error.code != "damaged":
                raise
            _finish(batch, after)
            raise DamagedEntryError(error.message) from error
        finally:
            batch.close()


def _finish(batch: Batch, after: After | None) -> None:
    if after is not None:
        for operation, descriptor in zip(batch.consumers, batch.descriptors, strict=True):
            after(operation, descriptor)


def _send(conversation: Conversation, batch: Batch) -> None:
    conversation.ask("ops", batch.descriptors, ops=list(map(to_wire, batch.operations)))
    conversation.hear()


def _batches(operations: Iterable[OpenedOperation]) -> Iterator[Batch]:
    """Each is closed by whoever gets it."""
    batch = Batch()
    try:
        for operation, opener in operations:
            batch.add(operation, opener)
            if batch.is_full:
                full, batch = batch, Batch()
                yield full
        if batch.operations:
            last, batch = batch, Batch()
            yield last
    finally:
        batch.close()
