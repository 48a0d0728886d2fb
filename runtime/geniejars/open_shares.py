"""Shared folders as the zygote gets them: opened here, with the manager's own rights."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from attrs import frozen

from geniejars.state import SharedFolder

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@frozen
class OpenShares:
    """`told` says where each folder appears, in the order of their descriptors."""

    told: tuple[dict[str, Any], ...]
    descriptors: tuple[int, ...]


@contextmanager
def opened(shares: Iterable[SharedFolder]) -> Iterator[OpenShares]:
    """One that is not there any more is left out."""
    found: list[tuple[SharedFolder, int]] = []
    for share in shares:
        with suppress(OSError):
            found.append((share, os.open(share["path"], _FOLDER)))
    try:
        yield OpenShares(
            told=tuple({"target": s["path"], "writable": s["writable"]} for s, _ in found),
            descriptors=tuple(descriptor for _, descriptor in found),
        )
    finally:
        for _, descriptor in found:
            os.close(descriptor)
