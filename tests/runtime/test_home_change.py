"""Places brought from one tree to another by the agent's operations."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from jars import layout_of
from places import (
    Wood,
    bring,
    change_to,
    drift,
    fifo,
    folder,
    open_folder,
    scan,
    symlink,
    text,
    unprivileged,
)
from random_trees import Plan, plans, tree_of

from genieagent.failures import RequestFailedError
from genieagent.index import read_index
from genieagent.layout import Layout
from genieagent.operations import CloneFile, MakeFolder, Remove, Take, WriteFile
from genieagent.trees import EMPTY_TREE, Change, Tree


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return layout_of(tmp_path)


@pytest.fixture
def home(layout: Layout) -> Path:
    return Path(layout.place("home"))


@given(plans, plans)
@settings(max_examples=60, deadline=None)
def test_any_tree_to_any_other(one: Plan, other: Plan) -> None:
    """Home and root are exactly what they are brought to, for an ordinary user too."""

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            scan(layout, "root")
            for tree in (tree_of(wood, one), tree_of(wood, other), EMPTY_TREE):
                bring(layout, "root", wood, tree)
                kept = bring(layout, "home", wood, tree).kept

                assert kept == []
                assert drift(layout) == []
                assert scan(layout, "home").tree == tree
                assert scan(layout, "root").tree == tree

    unprivileged(work)


@given(plans, plans)
@settings(max_examples=40, deadline=None)
def test_given_by_rename(built: Plan, mine: Plan) -> None:
    """What a root holds is given to a home whatever lies there; nothing of that is lost."""

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            scan(layout, "root")
            bring(layout, "root", wood, tree := tree_of(wood, mine))
            for name in os.listdir(layout.place("root")):
                os.rename(f"{layout.place('root')}/{name}", f"{layout.place('home')}/{name}")
            before = scan(layout, "home")
            scan(layout, "root")
            bring(layout, "root", wood, tree := tree_of(wood, built))
            takes = [Take(name) for name in sorted(wood.forest.folder(tree.root))]
            backup = change_to(layout, "home", wood, tree, takes)

            assert drift(layout) == []
            assert _lost(layout, before, tree, backup.stamp) == set()

    unprivileged(work)


def _lost(layout: Layout, before: object, tree: Tree, stamp: str) -> set[bytes]:
    """Contents that were in the home and are neither there nor in the backup."""
    backup = Path(layout.jar.folder) / "backup" / stamp
    ...
