"""Places brought from one tree to another by the agent's operations."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
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

from genieagent.change import HomeChange, RootChange
from genieagent.failures import RequestFailedError
from genieagent.index import Index, read_index
from genieagent.layout import Layout, PlaceName
from genieagent.operations import (
    CloneFile,
    MakeFolder,
    Operation,
    PutAside,
    Take,
    WriteFile,
)
from genieagent.trees import EMPTY_TREE, Change, sha256


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
            bring(layout, "root", wood, tree_of(wood, mine))
            Path(layout.place("root")).rename(layout.place("home"))
            layout.index("root").unlink()
            Path(layout.place("root")).mkdir()
            before = scan(layout, "home")
            scan(layout, "root")
            bring(layout, "root", wood, tree := tree_of(wood, built))
            takes = [Take(name) for name in sorted(wood.forest.folder(tree.root))]
            change_to(layout, "home", wood, tree, takes)

            assert drift(layout) == []
            assert contents(before) <= contents(scan(layout, "home")) | kept_contents(path)

    unprivileged(work)


def contents(index: Index) -> set[str]:
    """Of files, by digest."""
    return {e.value for _, e in index.forest.walk(index.tree.root) if e.kind == "file"}


def kept_contents(jar: Path) -> set[str]:
    files = (p for p in (jar / "backup").rglob("*") if p.is_file() and not p.is_symlink())
    return {sha256(p.read_bytes()) for p in files}


def test_files_that_no_build_made_stay(layout: Layout, home: Path) -> None:
    """A build adds and removes its own, nothing else, and a folder goes only when it is empty."""
    wood = Wood()
    bring(layout, "home", wood, wood.tree({"d/one": wood.file(b"1"), "e/two": wood.file(b"2")}))
    (home / "d/mine").write_text("mine")
    backup = bring(layout, "home", wood, EMPTY_TREE)

    assert backup.kept == []
    assert sorted(str(p.relative_to(home)) for p in home.rglob("*")) == ["d", "d/mine"]


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(lambda path: path.write_text("mine"), id="file"),
        pytest.param(lambda path: path.symlink_to("/etc/passwd"), id="symlink"),
        pytest.param(lambda path: (path / "x").mkdir(parents=True), id="folder"),
        pytest.param(lambda path: os.mkfifo(path), id="fifo"),
    ],
)
@pytest.mark.parametrize("kind", ["file", "folder", "symlink", "fifo"])
def test_what_is_in_the_way_is_kept(
    layout: Layout, home: Path, there: Callable[[Path], None], kind: str
) -> None:
    """What no build made and a build needs the path of goes to the backup, and is reported."""
    there(home / "a")
    wood = Wood()
    entry = {
        "file": wood.file(b"new"),
        "folder": folder(),
        "symlink": symlink("new"),
        "fifo": fifo(0o600),
    }[kind]
    is_folder = (home / "a").is_dir()
    backup = bring(layout, "home", wood, wood.tree({"a": entry}))

    assert drift(layout) == []
    if kind == "folder" and is_folder:
        assert (backup.kept, (home / "a/x").is_dir()) == ([], True)
    elif kind == "fifo" and (home / "../backup" / backup.stamp / "a").is_fifo():
        raise AssertionError("a fifo holds nothing to be kept")
    else:
        kept = Path(layout.jar.folder) / "backup" / backup.stamp / "a"
        assert os.path.lexists(kept) == (backup.kept == [b"a"])


def test_own_changes_are_kept(layout: Layout, home: Path) -> None:
    """A built file that was changed by hand goes to the backup before it is replaced."""
    wood = Wood()
    bring(layout, "home", wood, wood.tree({"a": wood.file(b"1"), "b": wood.file(b"1")}))
    (home / "a").write_text("mine")
    backup = bring(layout, "home", wood, wood.tree({"a": wood.file(b"2"), "b": wood.file(b"2")}))

    assert backup.kept == [b"a"]
    assert text(layout, f"{backup.stamp}/a", "backup") == "mine"
    assert (text(layout, "a"), text(layout, "b")) == ("2", "2")


def test_equal_content_needs_no_backup(layout: Layout, home: Path) -> None:
    """Without an index, what is there already as it shall be is not in the way."""
    wood = Wood()
    tree = wood.tree({"a": wood.file(b"1"), "l": symlink("a"), "d/b": wood.file(b"2")})
    bring(layout, "home", wood, tree)
    layout.index("home").unlink()

    assert bring(layout, "home", wood, tree).kept == []
    assert drift(layout) == []


def test_persist(layout: Layout, home: Path) -> None:
    """Seeds enter once; afterwards the home's own data is left alone and is no drift."""
    wood = Wood()
    first = wood.tree({"data/db": wood.file(b"seed"), "a": wood.file(b"1")})
    second = wood.tree({"data/db": wood.file(b"new seed"), "a": wood.file(b"2")})
    bring(layout, "home", wood, first, persist=(b"data",))
    seeded = text(layout, "data/db")
    (home / "data/db").write_text("rows")
    (home / "data/more").write_text("rows")
    before = drift(layout, (b"data",))
    backup = bring(layout, "home", wood, second, persist=(b"data",))

    assert (seeded, text(layout, "data/db"), text(layout, "a")) == ("seed", "rows", "2")
    assert (before, drift(layout, (b"data",)), backup.kept) == ([], [], [])


def test_lost_data_is_drift(layout: Layout, home: Path) -> None:
    """Seeds enter again where the whole of a PERSIST path is gone; a part of it is the app's."""
    wood = Wood()
    tree = wood.tree({"data/db": wood.file(b"seed"), "data/sub/x": wood.file(b"seed")})
    bring(layout, "home", wood, tree)
    shutil.rmtree(home / "data/sub")

    assert drift(layout, (b"data",)) == []
    assert drift(layout, (b"data/sub",)) == [(b"data/sub", None), (b"data/sub/x", None)]


RELINKED = [
    pytest.param("cp -p --remove-destination b a", ["a", "b"], id="parted"),
    pytest.param("ln -f a c", ["a", "b", "c"], id="joined"),
    pytest.param("ln a mine", [], id="a-name-of-its-own"),
    pytest.param("rm b", ["b"], id="one-is-gone"),
]


@pytest.mark.parametrize(("command", "drifted"), RELINKED)
def test_hard_links_drift(layout: Layout, home: Path, command: str, drifted: list[str]) -> None:
    """Built files of which the app made one, or of one more."""
    wood = Wood()
    tree = wood.tree({name: wood.file(b"1") for name in ("a", "b", "c")}, ("a", "b"))
    bring(layout, "home", wood, tree)
    subprocess.run(["sh", "-c", command], cwd=home, check=True)

    assert [os.fsdecode(path) for path, _ in drift(layout)] == drifted


@pytest.mark.parametrize("above", [0, 0o775], ids=oct)
@pytest.mark.parametrize("mode", [0, 0o100, 0o200, 0o600], ids=oct)
def test_in_a_closed_folder(above: int, mode: int) -> None:
    """A folder that its owner may not enter, or not list, or neither, is changed all the same, and
    closed again."""

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            before = {"d/e/f": wood.file(b"1", 0), "d/e/g": wood.file(b"gone")}
            old, new = (
                wood.tree({"d": folder(above), "d/e": folder(mode), **files})
                for files in (before, {"d/e/f": wood.file(b"2", 0)})
            )
            bring(layout, "home", wood, old)
            (path / "home/d").chmod(0o700)
            (path / "home/d/e").chmod(0o700)
            (path / "home/d/e/f").chmod(0o600)
            (path / "home/d/e/f").write_text("mine")
            (path / "home/d/e").chmod(mode)
            (path / "home/d").chmod(above)
            backup = bring(layout, "home", wood, new)

            assert (scan(layout, "home").tree, drift(layout)) == (new, [])
            assert backup.kept == [b"d/e/f"]

    unprivileged(work)


@pytest.mark.parametrize("name", ["home", "root"])
@pytest.mark.parametrize(("before", "after"), [(0, 0o775), (0o775, 0), (0o600, 0o500)], ids=oct)
def test_a_folder_with_other_bits(name: PlaceName, before: int, after: int) -> None:
    """A folder is closed or opened to its owner in a change of what is in it."""

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            files = {"d/e": wood.file(b"1"), "d/gone": wood.file(b"1")}
            scan(layout, name)  # a root is changed by who knows it
            bring(layout, name, wood, wood.tree({"d": folder(before), **files}))
            new = wood.tree({"d": folder(after), "d/e": wood.file(b"2"), "d/f": wood.file(b"3")})
            bring(layout, name, wood, new)

            assert scan(layout, name).tree == new

    unprivileged(work)


@pytest.mark.parametrize("mode", [0, 0o500, 0o300], ids=oct)
def test_a_home_that_was_closed(mode: int) -> None:
    """`chmod 0 .` keeps no build out, nor does a home that may not be written to."""

    def work() -> None:
        with open_folder() as path:
            layout, wood = layout_of(path), Wood()
            (path / "home").chmod(mode)
            bring(layout, "home", wood, tree := wood.tree({"a": wood.file(b"1")}))

            assert scan(layout, "home").tree == tree

    unprivileged(work)


def test_drift(layout: Layout, home: Path) -> None:
    """What was changed, removed or replaced by hand is found, with what is there now."""
    wood = Wood()
    names = ("same", "edited", "gone", "closed", "replaced", "d/in", "e/in/deep")
    bring(layout, "home", wood, wood.tree({name: wood.file(name.encode()) for name in names}))
    (home / "edited").write_text("mine")
    (home / "edited").chmod(0o664)
    (home / "gone").unlink()
    (home / "closed").chmod(0o600)
    (home / "replaced").unlink()
    (home / "replaced").symlink_to("x")
    shutil.rmtree(home / "d")
    shutil.rmtree(home / "e")
    (home / "e").touch(0o664)
    (home / "e").chmod(0o664)
    (home / "new").touch()

    assert drift(layout) == [
        (b"closed", wood.file(b"closed", 0o600)),
        (b"d", None),
        (b"d/in", None),
        (b"e", wood.file()),
        (b"e/in", None),
        (b"e/in/deep", None),
        (b"edited", wood.file(b"mine")),
        (b"gone", None),
        (b"replaced", symlink("x")),
    ]


def test_drift_is_repaired(layout: Layout, home: Path) -> None:
    """A build that knows the drift brings everything back."""
    wood = Wood()
    tree = wood.tree({"a": wood.file(b"1"), "d/in": wood.file(b"2"), "e/in": wood.file(b"3")})
    bring(layout, "home", wood, tree)
    (home / "a").write_text("mine")
    shutil.rmtree(home / "d")
    shutil.rmtree(home / "e")
    (home / "e").symlink_to("/etc")
    found = [Change(p, e, wood.forest.find(tree.root, p)) for p, e in drift(layout)]
    backup = bring(layout, "home", wood, tree, drifted=found)

    assert drift(layout) == []
    assert sorted(backup.kept) == [b"a", b"e"]


def test_replacing_makes_younger(layout: Layout, home: Path) -> None:
    """A COPY that replaces a file is a whole second younger than that, whatever the clock says."""
    wood = Wood()
    bring(layout, "home", wood, wood.tree({"a": wood.file(b"1")}))
    future = time.time_ns() // 10**9 * 10**9 + 5_500_000_000
    os.utime(home / "a", ns=(future, future))
    bring(layout, "home", wood, wood.tree({"a": wood.file(b"2")}))

    assert (home / "a").stat().st_mtime_ns == future // 10**9 * 10**9 + 10**9
    assert drift(layout) == []


def test_times_of_layers_come_back(layout: Layout, home: Path) -> None:
    """A file with a time of its own has it, to the nanosecond."""
    wood = Wood()
    file = wood.file(b"1")
    write = WriteFile(b"a", 0o664, 1, file.value, mtime_ns=1_234_567_890_123_456_789, check=True)
    change_to(layout, "home", wood, wood.tree({"a": file}), [write])

    assert (home / "a").stat().st_mtime_ns == 1_234_567_890_123_456_789


def test_clone_from_the_root(layout: Layout, home: Path) -> None:
    """A file's content and time are taken from the root."""
    wood = Wood()
    file = wood.file(b"text")
    scan(layout, "root")
    bring(layout, "root", wood, wood.tree({"x": file}))
    os.utime(f"{layout.place('root')}/x", ns=(5, 5))
    clone = CloneFile(b"a", 0o600, 4, file.value, at=b"x")
    change_to(layout, "home", wood, wood.tree({"a": wood.file(b"text", 0o600)}), [clone])

    assert (text(layout, "a"), (home / "a").stat().st_mtime_ns) == ("text", 5)


def test_sparse_files_stay_sparse(layout: Layout, home: Path) -> None:
    """Holes are not written."""
    wood = Wood()
    content = bytes(8_000_000) + b"end"
    with tempfile.TemporaryFile() as source:
        source.truncate(8_000_000)
        source.seek(0, os.SEEK_END)
        source.write(b"end")
        source.flush()
        change = HomeChange(layout, ())
        entry = wood.file(content)
        change.add(WriteFile(b"a", 0o664, entry.size, entry.value, check=True), source.fileno())
        change.commit(wood.tree({"a": entry}))
        change.close()

    assert (home / "a").read_bytes() == content
    assert (home / "a").stat().st_blocks * 512 < 100_000


@pytest.mark.parametrize("place", ["home", "root"])
def test_damaged_content_is_refused(layout: Layout, place: PlaceName) -> None:
    """What is not what it should be does not enter, and nothing of the home is changed."""
    wood = Wood()
    file = wood.file(b"good")
    wood.contents[file.value] = b"evil"
    scan(layout, "root")
    write = WriteFile(b"a", 0o664, 4, file.value, check=True)
    with pytest.raises(RequestFailedError, match="not what it should be"):
        change_to(layout, place, wood, wood.tree({"a": file}), [write])
    wood.contents[file.value] = b"goo"
    with pytest.raises(RequestFailedError, match="too short"):
        change_to(layout, "home", wood, wood.tree({"a": file}), [write])

    assert list(Path(layout.place(place)).iterdir()) == []
    assert list(layout.tmp.glob("change-*")) == []


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param([], id="too-little"),
        pytest.param([MakeFolder(b"d", 0o775), MakeFolder(b"e", 0o775)], id="too-much"),
        pytest.param([MakeFolder(b"x/d", 0o775)], id="no-parent"),
        pytest.param([Take(b"d")], id="nothing-to-take"),
    ],
)
def test_operations_that_make_another_tree(
    layout: Layout, home: Path, operations: list[Operation]
) -> None:
    """A home is not touched by operations that do not lead to the tree they are for."""
    wood = Wood()
    scan(layout, "root")
    with pytest.raises(RequestFailedError, match=r"does not|do not|no d in the root"):
        change_to(layout, "home", wood, wood.tree({"d": folder()}), operations)

    assert list(home.iterdir()) == []


def test_putting_aside(layout: Layout, home: Path) -> None:
    """What no build made is moved to the backup as a whole; what is gone by then is fine."""
    wood = Wood()
    tree = wood.tree({"d/one": wood.file(b"1")})
    bring(layout, "home", wood, tree)
    (home / "d/mine/deep").mkdir(parents=True)
    (home / "d/mine/deep/file").write_text("mine")
    backup = change_to(layout, "home", wood, tree, [PutAside(b"d/mine"), PutAside(b"gone")])

    assert backup.kept == [b"d/mine"]
    assert kept_contents(Path(layout.jar.folder)) == {sha256(b"mine")}
    assert sorted(str(p.relative_to(home)) for p in home.rglob("*")) == ["d", "d/one"]


@pytest.mark.parametrize("place", ["home", "root"])
def test_what_a_build_made_is_not_put_aside(layout: Layout, place: PlaceName) -> None:
    """Nor is anything in a root."""
    wood = Wood()
    tree = wood.tree({"d": wood.file(b"1")})
    scan(layout, "root")
    bring(layout, place, wood, tree)

    with pytest.raises(RequestFailedError, match="made by a build|to a home only"):
        change_to(layout, place, wood, tree, [PutAside(b"d")])


def test_a_root_that_nobody_has_scanned(layout: Layout) -> None:
    """Nothing is built on what is not known."""
    with pytest.raises(RequestFailedError, match="scan it first"):
        bring(layout, "root", Wood(), EMPTY_TREE)


def test_a_root_left_half_changed(layout: Layout) -> None:
    """It has no index, so the next build scans it."""
    wood = Wood()
    scan(layout, "root")
    change = RootChange(layout)
    change.add(MakeFolder(b"half", 0o775), None)
    change.close()

    assert read_index(layout.index("root")) is None
    assert scan(layout, "root").tree == wood.tree({"half": folder()})


@pytest.mark.parametrize("target", ["..", "../../backup", "/etc"])
def test_symlinks_lead_nowhere(layout: Layout, home: Path, target: str) -> None:
    """A symlink on the way to a path is put aside, never followed."""
    (home / "d").symlink_to(target)
    wood = Wood()
    backup = bring(layout, "home", wood, wood.tree({"d": folder(), "d/file": wood.file(b"1")}))

    assert backup.kept == [b"d"]
    assert (home / "d/file").read_text() == "1" and not (home / "d").is_symlink()
    assert not (home / target / "file").exists()
