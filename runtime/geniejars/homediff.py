"""How a home differs from what its last build made of it, additions included."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from genieagent.index import is_at_or_below
from genieagent.trees import EMPTY_TREE, Change, Digest, Forest, Path, Tree, compare
from geniejars.errors import MachineError
from geniejars.scanned_folders import mended

if TYPE_CHECKING:
    from geniejars.client import AgentSession

Stored = Callable[[Digest], bytes]
"""A folder's object, from a cache; raises KeyError."""


@frozen
class HomeDiff:
    """`changes` by path turned the tree that was `built` (None: no build has been here) into what
    is there now. What lies at or below a `persist` path is the app's, and no change."""

    built: Tree | None
    changes: tuple[Change, ...]
    persist: tuple[str, ...]
    forest: Forest

    @property
    def additions(self) -> list[Path]:
        """Entries that no build made, each standing for all below it; none holds a persist path."""
        added = {c.path for c in self.changes if c.old is None}
        keepers = [os.fsencode(path) for path in self.persist]
        movable = {path for path in added if not any(is_at_or_below(k, (path,)) for k in keepers)}
        return sorted(path for path in movable if _parent(path) not in movable)


def look_at_home(session: AgentSession, persist: Sequence[str], stored: Stored) -> HomeDiff:
    """The home of a session's jar beside its last build; raises MachineError."""
    built = session.drift(persist).tree
    found = session.scan("home")
    forest = mended(Forest(stored), session)
    data = tuple(map(os.fsencode, persist))
    try:
        changes = list(compare(forest, (built or EMPTY_TREE).root, found.root))
    except KeyError as error:
        raise MachineError(
            "nobody knows any more what the last build made", help="build again first"
        ) from error
    apart = (change for change in changes if not is_at_or_below(change.path, data))
    return HomeDiff(built, tuple(sorted(apart, key=lambda c: c.path)), tuple(persist), forest)


def _parent(path: Path) -> Path:
    return path.rpartition(b"/")[0]
