"""Puts a home back to what its last build made of it: the build's own tree, by its own means.

What was added, and the old content of what was changed, goes to the backup folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from genieagent.index import is_at_or_below
from genieagent.operations import Operation, PutAside
from genieagent.trees import Change, Path, Tree
from geniejars.answers import Applied
from geniejars.contents import Contents
from geniejars.delivery import drifted_changes, with_data_apart
from geniejars.errors import UsageError
from geniejars.homediff import HomeDiff
from geniejars.occupants import HomeInUseError
from geniejars.transition import transition

if TYPE_CHECKING:
    from geniejars.client import AgentSession


@frozen
class Reset:
    """What puts a home back: entries `restored` and `removed`, and those whose content is `lost`,
    so that they stay as they are."""

    tree: Tree
    persist: tuple[str, ...]
    restored: tuple[Change, ...]
    removed: tuple[Path, ...]
    lost: tuple[Path, ...]

    @property
    def is_needed(self) -> bool:
        return bool(self.restored or self.removed)


def plan_reset(session: AgentSession, diff: HomeDiff, contents: Contents) -> Reset:
    """Raises UsageError for a home that no build has been in."""
    if diff.built is None:
        raise UsageError(
            f"{session.jar} was never built", help="geniejars diff lists what is there"
        )
    tree = with_data_apart(diff.built, diff.persist)
    drifted = drifted_changes(diff.forest, tree, session.drift(diff.persist))
    data = tuple(map(os.fsencode, diff.persist))
    changes = [change for change in drifted if not is_at_or_below(change.path, data)]
    lost = _with_their_links(tree, {c.path for c in changes if _is_lost(c, contents)})
    return Reset(
        tree,
        diff.persist,
        tuple(c for c in changes if c.path not in lost),
        tuple(diff.additions),
        tuple(sorted(c.path for c in changes if c.path in lost)),
    )


def reset_home(session: AgentSession, reset: Reset, contents: Contents) -> Applied:
    """Do it, all or nothing; raises HomeInUseError where something lives in the home."""
    _refuse_in_use(session)
    return session.apply(
        "home",
        reset.tree,
        contents.with_openers(list(_operations(reset, contents))),
        persist=reset.persist,
        after=contents.check,
    )


def _operations(reset: Reset, contents: Contents) -> Iterator[Operation]:
    yield from map(PutAside, reset.removed)
    yield from transition(contents.forest, reset.tree, reset.tree, contents.write, reset.restored)


def _is_lost(change: Change, contents: Contents) -> bool:
    if change.new is None or change.new.kind != "file":
        return False
    return not _is_of_bits(change) and not contents.has(change.path, change.new)


def _is_of_bits(change: Change) -> bool:
    """What has drifted and looks as it was built is another file's second name, or was: such a
    file is written anew."""
    old, new = change.old, change.new
    return old is not None and new is not None and old != new == old._replace(mode=new.mode)


def _with_their_links(tree: Tree, paths: Iterable[Path]) -> set[Path]:
    """A file with several names is put back under all of them or none."""
    lost = set(paths)
    return lost.union(*(group for group in tree.links if lost & set(group)))


def _refuse_in_use(session: AgentSession) -> None:
    status = session.status()
    living = [f"pid {s.pid}: {' '.join(s.argv)}" for s in status.sessions]
    living += ["its app"] if status.is_up else []
    if living:
        raise HomeInUseError(
            f"{'; '.join(living)} runs in {session.jar}",
            help="geniejars app down ends the app; leave the rest first",
        )
