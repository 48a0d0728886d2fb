"""What must be put right in a jar before anybody looks at its places: what a crash has left."""

from __future__ import annotations

import os
from contextlib import suppress

from genieagent import cachemounts, folders, journal, scratch, swap
from genieagent.layout import Layout
from genieagent.place import FOLDER


def recover(layout: Layout) -> None:
    """Raises RequestFailedError, OSError. Costs next to nothing where there was no crash."""
    if not layout.has_namespaces:
        swap.recover(layout)
    if layout.jar.role == "build":
        cachemounts.recover(layout)
    journal.recover(layout)


def clear_leftovers(layout: Layout) -> None:
    """At an agent's start: its own temporary files, but for a stage that a journal needs."""
    layout.tmp.mkdir(mode=0o700, exist_ok=True)
    scratch.empty(layout)
    if layout.journal.exists():
        return
    tmp = os.open(layout.tmp, FOLDER)
    try:
        for name in os.listdir(tmp):  # noqa: PTH208 - a descriptor
            with suppress(FileNotFoundError):
                folders.remove_any(tmp, name)
    finally:
        os.close(tmp)
