"""The store: written once and whole; what cannot be read is absent, and never served."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from caches import Made, files, flip, make, step, truncate

from geniejars import EMPTY_TREE, DamagedEntryError, Forest, LayerFile, Result, Results, Tree
from jarbuild.cache.layers import hash_of
from jarbuild.cache.objects import LostObjectError
from jarbuild.cache.records import Record
from jarbuild.cache.store import Store


def reopened(store: Store, *, is_writable: bool = True) -> Store:
    return Store(store.folder, is_writable)


def content(store: Store, layer: str, path: bytes) -> bytes:
    stored = store.layer(layer)
    file, fd = stored.at(path), stored.open()
    assert file is not None
    try:
        return os.pread(fd, file.size, file.offset)
    finally:
        os.close(fd)


def test_a_result_comes_back(store: Store) -> None:
    """By step and tree: the tree with its hard links, the layer with every file in it."""
    made = make(store, "make")
    again = reopened(store)
    found = again.lookup(made.step, EMPTY_TREE)
    assert found is not None and found.layer is not None
    paths = [p for p, e in Forest(again.folder_object).walk(found.output.root) if e.kind == "file"]

    assert found == made.result
    assert {p: content(again, found.layer, p) for p in paths} == made.contents
    assert again.tree(found.output.digest) == found.output


def test_what_was_found_is_not_read_again(store: Store) -> None:
    """Plan and build ask for the same results, each of them several times."""
    made = make(store, "make")
    again = reopened(store)
    again.lookup(made.step, EMPTY_TREE)
    for path in (*files(store, "records"), *files(store, "objects")):
        path.unlink()

    assert again.lookup(made.step, EMPTY_TREE) == made.result


def test_it_is_what_the_runner_asks_for(store: Store) -> None:
    """The runtime's protocol, checked by mypy on this line."""
    results: Results = store

    assert results.lookup(step("nothing"), EMPTY_TREE) is None


def test_another_step_or_tree_is_not_found(store: Store) -> None:
    """Only the very key."""
    made = make(store, "make")

    assert store.lookup(step("other"), EMPTY_TREE) is None
    assert store.lookup(made.step, made.result.output) is None


def test_files_of_a_layer_by_path_and_by_content(store: Store) -> None:
    """With the time each shall come back with."""
    made = make(store, "make")
    layer = store.layer(made.result.layer or "")
    file = layer.at(b"out/two")

    assert file is not None and file.mtime_ns == 7
    assert layer.holding(file.sha256) == file
    assert layer.at(b"none") is layer.holding("none") is None


def test_the_same_layer_twice_is_one(store: Store) -> None:
    """Called by what is in it."""
    one, two = make(store, "make"), make(store, "make")

    assert one.result.layer == two.result.layer
    assert len(files(store, "layers")) == 2


def test_a_draft_that_is_not_published_leaves_nothing(store: Store) -> None:
    """A RUN that fails while it is packed."""
    with pytest.raises(ZeroDivisionError), store.new_layer() as draft:
        os.write(draft.fd, b"half")
        raise ZeroDivisionError

    assert files(store, "layers") == []


def test_a_layer_that_is_shorter_than_its_index_is_refused(store: Store) -> None:
    """What the agent says is not believed."""
    with pytest.raises(DamagedEntryError), store.new_layer() as draft:
        draft.publish([LayerFile(b"f", 0, 10, "0" * 64, 0)])


def test_an_empty_tree_needs_no_object(store: Store) -> None:
    """Nothing is there to be lost."""
    store.record(step("rm"), EMPTY_TREE, Result(Tree()), 0.1)

    assert reopened(store).lookup(step("rm"), EMPTY_TREE) == Result(Tree())


DAMAGE = [pytest.param(flip, id="bit"), pytest.param(truncate, id="truncated")]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", ["objects", "records", "layers"])
def test_damage_is_never_served(
    kind: str, damage: Callable[[Path, int], None], store: Store
) -> None:
    """Whatever byte of whatever file: the right result, or none, or an error; never a wrong one."""
    made = make(store, "make", size=3)
    for number, path in enumerate(files(store, kind) * 12):
        intact = path.read_bytes()
        damage(path, number * 37 + 11)
        served = what_is_served(reopened(store, is_writable=False), made)
        path.write_bytes(intact)

        assert served in (None, made.contents)


def what_is_served(store: Store, made: Made) -> dict[bytes, bytes] | None:
    """The files of the result, each checked as the agent does; None where it counts as absent."""
    try:
        found = store.lookup(made.step, EMPTY_TREE)
        if found is None or found.layer is None:
            return None
        forest = Forest(store.folder_object)
        entries = [(p, e) for p, e in forest.walk(found.output.root) if e.kind == "file"]
        layer = store.layer(found.layer)
        fd = layer.open()
        try:
            known = [(p, e, layer.at(p)) for p, e in entries]
            sound = all(f is not None and hash_of(fd, f) == e.value for p, e, f in known)
        finally:
            os.close(fd)
    except DamagedEntryError:
        return None
    return {p: content(store, found.layer, p) for p, _ in entries} if sound else None


def test_damage_is_reported_once_and_removed(store: Store) -> None:
    """A build finds it, says so and builds again; the next one finds nothing wrong."""
    made = make(store, "make")
    flip(files(store, "records")[0], 100)
    first = reopened(store)
    results = [first.lookup(made.step, EMPTY_TREE) for _ in range(2)]
    second = reopened(store)

    assert results == [None, None]
    assert len(first.damaged) == 1
    assert second.lookup(made.step, EMPTY_TREE) is None
    assert second.damaged == []


def test_a_plan_removes_nothing(store: Store) -> None:
    """It only leaves out what is damaged."""
    made = make(store, "make")
    flip(files(store, "records")[0], 100)
    flip(files(store, "objects")[0], 3)
    before = files(store, "")
    plan = reopened(store, is_writable=False)

    assert plan.lookup(made.step, EMPTY_TREE) is None
    assert files(store, "") == before


@pytest.mark.parametrize("name", ["tar", "index"])
def test_a_result_without_its_layer_is_none(name: str, store: Store) -> None:
    """A RUN is cached only if its record and its layer are there."""
    made = make(store, "make")
    (store.folder / "layers" / f"{made.result.layer}.{name}").unlink()

    assert reopened(store).lookup(made.step, EMPTY_TREE) is None


def test_a_record_under_another_name_is_damaged(store: Store) -> None:
    """A result cannot be had by renaming files."""
    make(store, "make")
    record = files(store, "records")[0]
    record.rename(record.with_name("0" * 64))

    assert reopened(store).find("0" * 64) is None


def test_what_was_found_damaged_can_be_made_again(store: Store) -> None:
    """The same build goes on with what it made instead."""
    made = make(store, "make")
    flip(files(store, "records")[0], 100)
    again = reopened(store)
    lost = again.lookup(made.step, EMPTY_TREE)
    make(again, "make")

    assert lost is None
    assert again.lookup(made.step, EMPTY_TREE) == made.result


def test_a_lost_object_is_a_key_error_and_a_damaged_entry(store: Store) -> None:
    """Who only asks whether it is there, and who relies on it."""
    with pytest.raises(KeyError) as caught:
        store.folder_object("0" * 64)

    assert isinstance(caught.value, LostObjectError) and isinstance(caught.value, DamagedEntryError)


def test_writes_are_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash before any rename leaves what was there, and nothing else under a final name."""
    made = make(store, "make")
    before = {path: path.read_bytes() for path in files(store, "")}

    def crash(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        make(store, "another")
    monkeypatch.undo()

    assert {path: path.read_bytes() for path in files(store, "")} == before
    assert reopened(store).lookup(made.step, EMPTY_TREE) == made.result


def test_secrets_are_kept(store: Store) -> None:
    """One for a cache, for its owner alone; a damaged one is replaced."""
    first, again = store.secret, reopened(store).secret
    (store.folder / "secret").write_bytes(b"short")

    assert first == again != reopened(store).secret
    assert (store.folder / "secret").stat().st_mode & 0o777 == 0o600


def test_history_comes_back(store: Store, tmp_path: Path) -> None:
    """With the trees that steps reached after their plan was made."""
    made = make(store, "make")
    jfile = str(tmp_path / "JFile")
    store.remember(jfile, [(made.step, "app")], "jar001")
    latest = reopened(store).history(jfile)

    assert [(p.text, p.source, p.at, p.is_done) for p in latest.latest] == [
        ("RUN make", EMPTY_TREE.digest, "app", True)
    ]
    assert latest.good == {"jar001": (files(store, "records")[0].name,)}


def test_the_same_history_is_not_written_again(store: Store) -> None:
    """A build without work touches it, so that prune sees it used."""
    made = make(store, "make")
    for _ in range(2):
        store.remember("/JFile", [(made.step, "app")], "jar001")
        (file,) = files(store, "history")
        seen = file.stat()
        os.utime(file, (0, 0))
    store.remember("/JFile", [(made.step, "app")], "jar001")

    assert file.stat().st_ino == seen.st_ino
    assert file.stat().st_mtime > 0


def test_records_say_what_they_are(store: Store) -> None:
    """For `cache ls` and `cache show`."""
    made = make(store, "make")
    (record,) = store.records()

    assert isinstance(record, Record)
    assert record.preimage == made.step.preimage
    assert record.seconds == 2.0
