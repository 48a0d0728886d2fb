"""The workload's folder for temporary files, where it has no /tmp of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from genieagent import folders
from genieagent.layout import Layout
from genieagent.place import FOLDER


@contextmanager
def fresh(layout: Layout) -> Iterator[None]:
    """Empty at the beginning, and again at the end; raises OSError."""
    empty(layout)
    try:
        yield
    finally:
        empty(layout)


def empty(layout: Layout) -> None:
    """Made where it is missing; nothing where there is no need for one. Raises OSError."""
    if layout.scratch is None:
        return
    parent = os.open(layout.scratch.parent, FOLDER)
    try:
        folders.remove_folder(parent, layout.scratch.name)
        os.mkdir(layout.scratch.name, 0o700, dir_fd=parent)
    finally:
        os.close(parent)
