"""A home that is being changed when everything ends: it becomes what was decided, or stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jars import agent, layout_of
from places import Wood, bring, change_to, drift, folder, open_folder, scan, unprivileged
from random_trees import Plan, plans, tree_of

from genieagent import cachemounts, journal, kernel, swap
from genieagent.builder import Builder
from genieagent.failures import RequestFailedError
from genieagent.layout import Layout
from genieagent.operations import Take
from genieagent.sealed import read_sealed, write_sealed
from genieagent.steps import Step
from genieagent.trees import Tree


class CrashAfter:
    """Ends the process as kill -9 would, after so many steps of a change."""

    def __init__(self, steps: int, monkeypatch: pytest.MonkeyPatch):
        self._left = steps
        self._real = Builder.do
        monkeypatch.setattr(Builder, "do", lambda builder, step: self._do(builder, step))

    def _do(self, builder: Builder, step: Step) -> None:
        if self._left == 0:
            os._exit(9)
        self._left -= 1
        self._real(builder, step)


def crash(work: Callable[[], object]) -> int:
    """Do it in a child; its exit code is 9 where it crashed on the way."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def crash_after(steps: int, work: Callable[[], object]) -> bool:
    """True where it came so far."""

    def crashing() -> None:
        with pytest.MonkeyPatch.context() as patch:
            CrashAfter(steps, patch)
            work()

    return crash(crashing) == 9


@given(plans, plans, st.data())
@settings(max_examples=40, deadline=None)
def test_rolled_forward(one: Plan, other: Plan, data: st.DataObject) -> None:
    """However far a change came, and however often it is cut short, it is completed."""
    stops = data.draw(st.lists(st.integers(0, 20), min_size=1, max_size=3))

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            old, new = tree_of(wood, one), tree_of(wood, other)
            bring(layout, "home", wood, old)
            begun = crash_after(stops[0], lambda: bring(layout, "home", wood, new))
            for stop in stops[1:]:
                crash_after(stop, lambda: journal.recover(layout))
            journal.recover(layout)

            assert scan(layout, "home").tree == new
            assert drift(layout) == []
            assert not layout.journal.exists()
            assert not begun or list(layout.tmp.glob("change-*")) == []

    unprivileged(work)


@given(plans, plans, st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_given_by_rename(mine: Plan, built: Plan, stop: int) -> None:
    """The same where a root is given to a home that holds something."""

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            bring(layout, "home", wood, tree_of(wood, mine))
            layout.index("home").unlink()
            scan(layout, "root")
            bring(layout, "root", wood, tree := tree_of(wood, built))
            takes = [Take(name) for name in sorted(wood.forest.folder(tree.root))]
            crash_after(stop, lambda: change_to(layout, "home", wood, tree, takes))
            journal.recover(layout)

            assert drift(layout) == []

    unprivileged(work)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return layout_of(tmp_path)


@pytest.fixture
def home(layout: Layout) -> Path:
    return Path(layout.place("home"))


def two_trees(wood: Wood) -> tuple[Tree, Tree]:
    old = {"a": wood.file(b"old"), "b": wood.file(b"old"), "d/x": wood.file(b"old")}
    new = {"a": wood.file(b"new"), "b/x": wood.file(b"new"), "c": wood.file(b"new")}
    return wood.tree(old), wood.tree(new)


@pytest.mark.parametrize("stop", range(8))
def test_a_folder_that_becomes_a_file(stop: int) -> None:
    """Bits that opened the folder, to empty it, are not given to the file in a second run."""

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            old = wood.tree({"a": folder(0o555), "a/b": folder(), "a/b/c": wood.file(b"1")})
            new = wood.tree({"a": wood.file(b"2", 0o600)})
            bring(layout, "home", wood, old)
            crash_after(stop, lambda: bring(layout, "home", wood, new))
            journal.recover(layout)

            assert scan(layout, "home").tree == new

    unprivileged(work)


def test_before_the_journal(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the journal is written the home is as it was."""
    wood = Wood()
    old, new = two_trees(wood)
    bring(layout, "home", wood, old)
    monkeypatch.setattr("genieagent.journal.write_sealed", lambda *_: os._exit(9))

    assert crash(lambda: bring(layout, "home", wood, new)) == 9
    journal.recover(layout)
    assert scan(layout, "home").tree == old


def test_after_the_index(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal whose work is done can be done again."""
    wood = Wood()
    old, new = two_trees(wood)
    bring(layout, "home", wood, old)
    with monkeypatch.context() as patch:
        patch.setattr("genieagent.journal.remove_sealed", lambda *_: os._exit(9))
        code = crash(lambda: bring(layout, "home", wood, new))
    journal.recover(layout)

    assert code == 9
    assert (scan(layout, "home").tree, drift(layout)) == (new, [])


def test_backup_is_not_undone(layout: Layout, home: Path) -> None:
    """What was kept before the crash is kept after it, once."""
    wood = Wood()
    old, new = two_trees(wood)
    bring(layout, "home", wood, old)
    (home / "a").write_text("mine")
    crash_after(3, lambda: bring(layout, "home", wood, new))
    journal.recover(layout)
    (kept,) = (Path(layout.jar.folder) / "backup").rglob("a")

    assert kept.read_text() == "mine"
    assert drift(layout) == []


def test_the_agent_rolls_forward_before_it_serves(layout: Layout, home: Path) -> None:
    """Whoever opens the jar next finds the home changed."""
    wood = Wood()
    old, new = two_trees(wood)
    bring(layout, "home", wood, old)
    crash_after(2, lambda: bring(layout, "home", wood, new))
    with agent(layout) as running:
        manager = running.connect()
        seen = manager.run("cat a b/x c")[1]
        manager.close()

    assert seen == b"newnewnew"
    assert not layout.journal.exists()


def test_staged_content_that_a_power_cut_has_damaged(layout: Layout, home: Path) -> None:
    """It does not enter the home; the home counts as unknown, and the next build makes it."""
    wood = Wood()
    old, new = two_trees(wood)
    bring(layout, "home", wood, old)
    crash_after(0, lambda: bring(layout, "home", wood, new))
    for staged in layout.tmp.glob("change-*/*"):
        staged.write_bytes(b"")
    journal.recover(layout)
    before = (home / "a").read_text()
    bring(layout, "home", wood, new)

    assert before == "old"
    assert (scan(layout, "home").tree, drift(layout)) == (new, [])


def test_a_damaged_journal(layout: Layout) -> None:
    """What cannot be read cannot be carried out: the home counts as unknown."""
    wood = Wood()
    old, new = two_trees(wood)
    bring(layout, "home", wood, old)
    crash_after(2, lambda: bring(layout, "home", wood, new))
    layout.journal.write_bytes(layout.journal.read_bytes()[:-1])
    journal.recover(layout)
    bring(layout, "home", wood, new)

    assert drift(layout) == []
    assert scan(layout, "home").tree == new


def test_a_swap_that_was_cut_short(tmp_path: Path) -> None:
    """Home and root get their names back, whether or not they had exchanged them."""
    layout = layout_of(tmp_path, "build", "no-namespaces")
    (tmp_path / "home/mine").touch()
    for exchange in (True, False):
        crash(lambda exchange=exchange: _exchange_and_crash(layout, exchange))
        swap.recover(layout)

        assert [p.name for p in (tmp_path / "home").iterdir()] == ["mine"]
        assert not layout.swap.exists()


def _exchange_and_crash(layout: Layout, exchange: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if not exchange:
            patch.setattr(kernel, "exchange", lambda *_: None)
        with swap.root_as_home(layout):
            os._exit(9)


def test_a_mount_that_was_cut_short(tmp_path: Path) -> None:
    """A cache goes back to where it belongs, and what it hid comes back."""
    layout = layout_of(tmp_path, "build")
    (tmp_path / "root/a").mkdir()
    (tmp_path / "root/a/own").touch()
    mounts = [{"id": "one", "target": "a"}, {"id": "two", "target": "x/y"}]

    def work() -> None:
        with cachemounts.mounted(layout, mounts):
            (tmp_path / "root/a/cached").touch()
            (tmp_path / "root/x/y/cached").touch()
            os._exit(9)

    assert crash(work) == 9
    cachemounts.recover(layout)
    below = sorted(str(p.relative_to(tmp_path / "root")) for p in (tmp_path / "root").rglob("*"))

    assert below == ["a", "a/own"]
    assert (tmp_path / "cache/one/cached").exists() and (tmp_path / "cache/two/cached").exists()


def test_sealed_files(tmp_path: Path) -> None:
    """A database is there as it was written, or not at all."""
    file = tmp_path / "file"
    write_sealed(file, {"a": ["\udcff", 1]})
    content = file.read_bytes()
    cut = [content[:length] for length in range(len(content))]

    assert read_sealed(file) == {"a": ["\udcff", 1]}
    assert {read_sealed(_written(file, c)) for c in cut} == {None}
    assert read_sealed(tmp_path / "none") is None


def _written(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def test_home_in_use_elsewhere(tmp_path: Path) -> None:
    """Without namespaces a RUN is refused while something lives in the home, and the reverse."""
    build, live = (layout_of(tmp_path, role, "no-namespaces") for role in ("build", "live"))
    in_use = pytest.raises(RequestFailedError, match="the home is in use")
    taken = pytest.raises(RequestFailedError, match="a RUN is using")

    with swap.home_as_home(live), in_use, swap.root_as_home(build):
        raise AssertionError("both have the home")
    with swap.root_as_home(build), taken, swap.home_as_home(live):
        raise AssertionError("both have the home")
    with swap.root_as_home(build), pytest.raises(RequestFailedError):
        swap.recover(live)
