"""Shared folders as the zygote gets them: opened here, with the manager's own rights."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from attrs import frozen

from genieagent import kernel
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
            found.append((share, _open(share["path"])))
    try:
        yield OpenShares(
            told=tuple({"target": s["path"], "writable": s["writable"]} for s, _ in found),
            descriptors=tuple(descriptor for _, descriptor in found),
        )
    finally:
        for _, descriptor in found:
            os.close(descriptor)


def _open(real: str) -> int:
    """By the path that was real when it was shared: another jar may write in a folder on the way,
    and have put a symlink there since. Raises OSError."""
    top = os.open("/", os.O_PATH | os.O_CLOEXEC)
    try:
        return kernel.open_beneath(top, os.fsencode(real.lstrip("/")), _FOLDER)
    finally:
        os.close(top)
