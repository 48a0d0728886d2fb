"""The last act of a build: the home becomes what the plan says, or stays as it is.

Whatever stands in a home that is in use is only changed where COPY made it, each file by rename.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from genieagent.index import is_at_or_below
from genieagent.operations import Operation, Take
from genieagent.trees import EMPTY_TREE, Change, Digest, Entry, Forest, Path, Tree
from geniejars.buildroot import BuildRoot
from geniejars.lost_index import left_overs
from geniejars.occupants import make_way
from geniejars.plan import Prepared
from geniejars.results import Results
from geniejars.scanned_folders import mended
from geniejars.site import Site
from geniejars.transition import transition

if TYPE_CHECKING:
    from geniejars.client import AgentSession, Drift

SHOWN_ENTRIES = 5


@frozen
class Delivery:
    """What the change of the home came to."""

    alias: str | None
    restored: int = 0
    backed_up: tuple[str, ...] = ()


def deliver(
    site: Site,
    root: BuildRoot,
    tree: Tree,
    prepared: Prepared,
    overlays: Sequence[Digest],
    results: Results,
    *,
    restart: bool,
) -> Delivery:
    """Bring the home to `tree`; raises HomeInUseError before anything was touched."""
    with site.connect("live") as home:
        site.hand_over()
        drift = home.drift(prepared.persist)
        forest = mended(root.forest, home)
        drifted = drifted_changes(forest, tree, drift)
        if drift.tree == tree and not drifted:
            return _settled(site, tree, prepared)
        operations = _operations(root, forest, drift.tree, tree, drifted, prepared)
        if drift.tree is None:
            operations = [*left_overs(site, results, forest, tree), *operations]
        was_up = _make_way(home, operations, _copied(root.forest, overlays), restart=restart)
        delivery = _change(site, home, root, tree, prepared, operations, len(drifted))
    if was_up:
        site.start_app()
    return delivery


def _settled(site: Site, tree: Tree, prepared: Prepared) -> Delivery:
    """The home is right already; what `app up` starts may still be new."""
    site.expect(tree, prepared)
    return Delivery(site.settle())


def drifted_changes(forest: Forest, tree: Tree, drift: Drift) -> list[Change]:
    """Drifted entries that the tree wants otherwise: what is there, what shall be."""
    built = drift.tree or EMPTY_TREE
    changes = (Change(path, there, forest.find(tree.root, path)) for path, there in drift.entries)
    return [
        change
        for change in changes
        if _bare(change.old) != _bare(change.new) or _is_relinked(forest, built, change)
    ]


def _is_relinked(forest: Forest, built: Tree, change: Change) -> bool:
    """Drifted, and as it was built: its hard links are not."""
    is_file = change.old is not None and change.old.kind == "file"
    return is_file and change.old == forest.find(built.root, change.path)


def _bare(entry: Entry | None) -> Entry | None:
    """An entry without what lies below it, which is compared entry by entry."""
    return entry._replace(value="") if entry and entry.kind == "folder" else entry


def _operations(
    root: BuildRoot,
    forest: Forest,
    old: Tree | None,
    tree: Tree,
    drifted: list[Change],
    prepared: Prepared,
) -> list[Operation]:
    if old is None and root.tree is not None and not prepared.persist:
        root.bring_to(tree)
        return [Take(name) for name in sorted(root.forest.folder(tree.root))]
    root.contents.root = root.tree.root if root.tree else None
    old, tree = (with_data_apart(t, prepared.persist) for t in (old or EMPTY_TREE, tree))
    return transition(forest, old, tree, root.contents.write, drifted)


def with_data_apart(tree: Tree, persist: Sequence[str]) -> Tree:
    """No hard link leads from what is seeded once to what each build makes: a program that writes
    to the one would change the other."""
    if not persist:
        return tree
    folders = tuple(map(os.fsencode, persist))
    groups = (
        tuple(path for path in group if is_at_or_below(path, folders) == is_data)
        for group in tree.links
        for is_data in (True, False)
    )
    return Tree(tree.root, tuple(group for group in groups if len(group) > 1))


def _copied(forest: Forest, overlays: Iterable[Digest]) -> frozenset[Path]:
    return frozenset(path for overlay in overlays for path, _ in forest.walk(overlay))


def _make_way(
    home: AgentSession, operations: Iterable[Operation], copied: frozenset[Path], *, restart: bool
) -> bool:
    """See to it that nothing in the home minds the change; true when its app was ended for it."""
    disturbing = [os.fsdecode(o.path) for o in operations if o.path not in copied]
    if not disturbing:
        return False
    shown, more = ", ".join(disturbing[:SHOWN_ENTRIES]), len(disturbing) - SHOWN_ENTRIES
    rest = f" and {more} more" if more > 0 else ""
    return make_way(home, f"this build changes {shown}{rest}", restart=restart)


def _change(
    site: Site,
    home: AgentSession,
    root: BuildRoot,
    tree: Tree,
    prepared: Prepared,
    operations: Sequence[Operation],
    restored: int,
) -> Delivery:
    site.expect(tree, prepared)
    applied = home.apply(
        "home",
        tree,
        root.contents.with_openers(operations),
        persist=prepared.persist,
        after=root.contents.check,
    )
    return Delivery(site.settle(), restored, applied.backed_up)
