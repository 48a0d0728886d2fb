"""An image's layers: what they hold, and how it is written."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import evolve
from caches import make, step

from geniejars import EMPTY_TREE, JAR_VIEW, Entry, Forest, MachineError, Result, Tree, UsageError
from jarbuild.cache.store import Store
from jarbuild.image.chain import Chain, chain_of_jar, chain_to
from jarbuild.image.changes import changeset
from jarbuild.image.export import export
from jarbuild.image.layout import new_layout
from jarbuild.image.origins import Origins
from jarbuild.image.tar import LayerTar

FOLDER = Entry("folder", 0o755)
A, B = Entry("file", 0o664, "a" * 64, 1), Entry("file", 0o664, "b" * 64, 1)
LINK = Entry("symlink", 0o777, b"x".hex())
Entries = Mapping[bytes, Entry]

ROWS = [
    pytest.param({}, {b"f": A}, [], [b"f"], id="added"),
    pytest.param({b"f": A}, {b"f": B}, [], [b"f"], id="changed"),
    pytest.param({b"f": A}, {b"f": A._replace(mode=0o775)}, [], [b"f"], id="mode"),
    pytest.param({b"f": A}, {}, [b"f"], [], id="removed"),
    pytest.param({b"d/e/f": A}, {}, [b"d"], [], id="removed-folder-is-named-once"),
    pytest.param({b"d/f": A, b"d/g": A}, {b"d/g": A}, [b"d/f"], [], id="removed-from-a-folder"),
    pytest.param({b"d/f": A}, {b"d": LINK}, [], [b"d"], id="folder-becomes-a-link"),
    pytest.param({b"d": A}, {b"d/f": B}, [], [b"d", b"d/f"], id="file-becomes-a-folder"),
    pytest.param({b"d": FOLDER}, {b"d": FOLDER}, [], [], id="nothing"),
]


@pytest.mark.parametrize(("old", "new", "removed", "put"), ROWS)
def test_changesets(old: Entries, new: Entries, removed: list[bytes], put: list[bytes]) -> None:
    """What goes is named at the top, what comes from the top down."""
    forest = Forest()
    found = changeset(forest, Tree(forest.build(old)), Tree(forest.build(new)))

    assert list(found.removed) == removed
    assert [path for path, _ in found.put] == put
    assert found.is_empty == (not removed and not put)


LINKED = [
    pytest.param((), ((b"a", b"b"),), [b"a", b"b"], {b"b": b"a"}, id="linked"),
    pytest.param(((b"a", b"b"),), (), [b"a", b"b"], {}, id="no-more-linked"),
    pytest.param(
        ((b"a", b"b"),), ((b"a", b"b", b"c"),), [b"a", b"b", b"c"], {b"b": b"a", b"c": b"a"},
        id="a-name-more",
    ),
    pytest.param(((b"a", b"b"),), ((b"a", b"b"),), [], {}, id="the-same"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "put", "links"), LINKED)
def test_hard_links_stay_within_a_layer(
    old: tuple[tuple[bytes, ...], ...],
    new: tuple[tuple[bytes, ...], ...],
    put: list[bytes],
    links: Mapping[bytes, bytes],
) -> None:
    """A group of names that changed is written whole, whatever of it was there."""
    forest = Forest()
    root = forest.build({b"a": A, b"b": A, b"c": A})
    found = changeset(forest, Tree(root, old), Tree(root, new))

    assert ([path for path, _ in found.put], found.links) == (put, links)


def test_a_changed_file_with_two_names(tmp_path: Path) -> None:
    """Both are written, for a link must not lead into a lower layer."""
    forest, group = Forest(), ((b"a", b"b"),)
    old = Tree(forest.build({b"a": A, b"b": A}), group)
    new = Tree(forest.build({b"a": B, b"b": B}), group)

    assert changeset(forest, old, new).links == {b"b": b"a"}


def test_a_name_that_no_image_can_hold() -> None:
    """It would say that a file is gone."""
    forest = Forest()
    with pytest.raises(MachineError, match=r"d/\.wh\.x"):
        changeset(forest, EMPTY_TREE, Tree(forest.build({b"d/.wh.x": A})))


def test_a_tar_holds_every_kind_of_entry() -> None:
    """Below the home's path, owned by the jar's user, names byte for byte."""
    forest = Forest()
    entries = {b"d": FOLDER, b"d/n\xff": LINK, b"p": Entry("fifo", 0o600)}
    changes = changeset(forest, Tree(forest.build({b"gone": A})), Tree(forest.build(entries)))
    written = io.BytesIO()
    LayerTar(b"home/jar", 1000, None).write(changes, Origins((), {}), written.write)
    written.seek(0)
    with tarfile.open(fileobj=written, errors="surrogateescape") as tar:
        members = {m.name: (m.type, m.mode, m.uid, m.linkname) for m in tar}

    assert members == {
        "home/jar/.wh.gone": (tarfile.REGTYPE, 0o644, 1000, ""),
        "home/jar/d": (tarfile.DIRTYPE, 0o755, 1000, ""),
        "home/jar/d/n\udcff": (tarfile.SYMTYPE, 0o777, 1000, "x"),
        "home/jar/p": (tarfile.FIFOTYPE, 0o600, 1000, ""),
    }


WORLD = {
    "host": "debian 12 x86_64",
    "view": {"home": JAR_VIEW.home, "uid": JAR_VIEW.uid},
}


@pytest.fixture
def built(store: Store) -> Store:
    """One RUN with two files, the last good build of a JFile in jar001."""
    made = make(store, "make")
    known = evolve(made.step, preimage={**made.step.preimage, **WORLD})
    store.record(known, EMPTY_TREE, made.result, 1.0)
    store.remember("/project/JFile", [(known, "")], "jar001")
    return store


def blobs(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}  # fmt: skip


def test_equal_results_make_equal_bytes(built: Store, tmp_path: Path) -> None:
    """Nothing in an image tells when it was written."""
    chain = chain_of_jar(built, "/project/JFile", "jar001")
    for name in ("one", "two"):
        export(built, chain, {}, tmp_path / name)

    assert blobs(tmp_path / "one") == blobs(tmp_path / "two")
    assert json.loads(blobs(tmp_path / "one")["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}


def test_up_to_an_entry(built: Store) -> None:
    """The steps of the build that has it; alone, on what it started from, where none has."""
    (known, lonely) = sorted(built.records(), key=lambda record: "host" not in record.preimage)

    assert chain_to(built, known) == Chain((known,), jfile="/project/JFile")
    assert chain_to(built, lonely) == Chain((lonely,), EMPTY_TREE)


def test_a_build_that_is_not_all_there(built: Store) -> None:
    """What was pruned, or never kept, cannot be exported."""
    built.remember("/project/JFile", [(step("new"), ""), (step("newer"), "")], "jar001")
    built.lookup(step("new"), EMPTY_TREE)
    built.remember("/project/JFile", [(step("new"), "")], "jar001")
    with pytest.raises(MachineError, match="does not hold the result of step 1"):
        chain_of_jar(built, "/project/JFile", "jar001")
    with pytest.raises(MachineError, match="no build in jar002"):
        chain_of_jar(built, "/project/JFile", "jar002")


def test_a_content_that_is_left_nowhere(built: Store, tmp_path: Path) -> None:
    """Neither in a layer nor in the folder of the JFile: nothing is written."""
    (record,) = chain_of_jar(built, "/project/JFile", "jar001").records
    without = step("make")
    built.record(evolve(without, preimage=record.preimage), EMPTY_TREE,
                 Result(built.tree(record.output)), 1.0)  # fmt: skip
    with pytest.raises(MachineError, match="no copy of out/one"):
        export(built, chain_of_jar(built, "/project/JFile", "jar001"), {}, tmp_path / "image")

    assert list(tmp_path.glob("*image*")) == []


def test_where_something_is_already(tmp_path: Path) -> None:
    """An image never replaces anything; an empty folder is as good as none."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="exists"), new_layout(tmp_path / "full"):
        pass
    with new_layout(tmp_path / "empty") as layout:
        layout.finish({}, [])

    assert (tmp_path / "empty/index.json").is_file()
