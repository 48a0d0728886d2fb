"""Shows the root under the home's name while a RUN runs, where there are no namespaces.

Home and root exchange their names for that time, so nothing else may live in the home then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genieagent import kernel, locks
from genieagent.failures import RequestFailedError
from genieagent.layout import Layout, PlaceName
from genieagent.locks import LockedError
from genieagent.sealed import read_sealed, remove_sealed, write_sealed


@contextmanager
def root_as_home(layout: Layout) -> Iterator[None]:
    """Raises RequestFailedError where something needs the home under its own name."""
    try:
        with locks.held_soon(layout.swap_lock):
            _exchange(layout)
            try:
                yield
            finally:
                _undo(layout)
    except LockedError as error:
        raise RequestFailedError(
            "busy", "the home is in use, and without mount namespaces a RUN needs its name"
        ) from error


@contextmanager
def home_as_home(layout: Layout) -> Iterator[None]:
    """No RUN takes the home's name meanwhile; raises RequestFailedError where one has."""
    try:
        with locks.held_soon(layout.swap_lock, shared=True):
            yield
    except LockedError as error:
        raise RequestFailedError("busy", "a RUN is using the home's name") from error


def recover(layout: Layout) -> None:
    """Undo what a crash has left; raises RequestFailedError where a RUN is at it."""
    if layout.swap.exists():
        try:
            with locks.held_soon(layout.swap_lock):
                _undo(layout)
        except LockedError as error:
            raise RequestFailedError("busy", "a RUN is using the home's name") from error


def _exchange(layout: Layout) -> None:
    write_sealed(layout.swap, {"root": _inode(layout, "root")})
    kernel.exchange(layout.place("home"), layout.place("root"))


def _undo(layout: Layout) -> None:
    """Which way they are is told by an inode, not by how far anything came."""
    noted = read_sealed(layout.swap)
    if noted is not None and _inode(layout, "home") == noted["root"]:
        kernel.exchange(layout.place("home"), layout.place("root"))
    remove_sealed(layout.swap)


def _inode(layout: Layout, name: PlaceName) -> int:
    return Path(layout.place(name)).stat().st_ino
