"""`cache verify` finds every planted damage and leaves a sound cache behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from caches import files, flip, make, truncate

from geniejars import EMPTY_TREE
from jarbuild.cache.sealed import write_sealed
from jarbuild.cache.store import Store
from jarbuild.cache.verify import recheck, verify


@pytest.fixture
def store(store: Store, tmp_path: Path) -> Store:
    """Two entries, a history and a stat cache."""
    made = make(store, "make")
    make(store, "test")
    store.remember(str(tmp_path / "JFile"), [(made.step, "")], "jar001")
    write_sealed(store.stamps_file(str(tmp_path / "JFile")), b"jarbuild stamps 1")
    assert store.secret
    return Store(store.folder, True)


def test_a_sound_cache(store: Store) -> None:
    """Nothing to say."""
    assert verify(store) == []


DAMAGE = [pytest.param(flip, id="bit"), pytest.param(truncate, id="truncated")]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", ["objects", "records", "layers", "history", "stamps", "secret"])
def test_every_damage_is_found(
    kind: str, damage: Callable[[Path, int], None], store: Store
) -> None:
    """In whatever file; afterwards the cache is sound, and what is left can be used."""
    for number, path in enumerate(files(store, kind)):
        intact = {path: path.read_bytes() for path in files(store, "")}
        # 600 is in a file of the layer; its padding is nobody's.
        damage(path, 600 if path.suffix == ".tar" else 20 + number)
        found = verify(Store(store.folder, True))
        after = verify(Store(store.folder, True))

        assert found, path
        assert after == []
        for name, content in intact.items():
            name.write_bytes(content)


def swap(one: Path, other: Path) -> None:
    between = one.with_name("between")
    one.rename(between)
    other.rename(one)
    between.rename(other)


def swapped(kind: str, suffix: str = "") -> Callable[[Store], object]:
    """Two files of a kind, each under the other's name."""

    def plant(store: Store) -> None:
        one, other = [path for path in files(store, kind) if path.suffix == suffix][:2]
        swap(one, other)

    return plant


def missing(kind: str, suffix: str = "") -> Callable[[Store], object]:
    return lambda store: next(p for p in files(store, kind) if p.suffix == suffix).unlink()


def mode(kind: str, bits: int) -> Callable[[Store], object]:
    return lambda store: files(store, kind)[0].chmod(bits)


def leftover(name: str) -> Callable[[Store], object]:
    """What a build that was killed long ago has left."""

    def plant(store: Store) -> None:
        path = store.folder / name
        path.touch(mode=0o600)
        os.utime(path, (1, 1))

    return plant


def symlinked(store: Store) -> None:
    path = files(store, "records")[0]
    path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def every_bit_of(kind: str, suffix: str, step: int) -> Callable[[Store], object]:
    def plant(store: Store) -> None:
        path = next(p for p in files(store, kind) if p.suffix == suffix)
        intact = path.read_bytes()
        for at in range(0, len(intact), step):
            flip(path, at)
            assert verify(Store(store.folder, False)), at
            path.write_bytes(intact)
        flip(path, 0)

    return plant


PLANTED = [
    pytest.param(swapped("layers", ".tar"), id="blobs-swapped"),
    pytest.param(swapped("layers", ".index"), id="indexes-swapped"),
    pytest.param(swapped("records"), id="records-swapped"),
    pytest.param(swapped("objects"), id="folders-swapped"),
    pytest.param(swapped("history"), id="histories-swapped"),
    pytest.param(missing("layers", ".tar"), id="blob-missing"),
    pytest.param(missing("layers", ".index"), id="index-missing"),
    pytest.param(missing("objects"), id="folder-missing"),
    pytest.param(mode("records", 0o644), id="record-that-others-read"),
    pytest.param(mode("layers", 0o666), id="layer-that-others-write"),
    pytest.param(mode("objects", 0o000), id="folder-that-nobody-reads"),
    pytest.param(lambda store: store.folder.chmod(0o755), id="cache-that-others-enter"),
    pytest.param(lambda store: (store.folder / "secret").chmod(0o644), id="secret-others-read"),
    pytest.param(leftover("layers/.partial-x"), id="half-a-layer"),
    pytest.param(leftover("layers/0000.tar"), id="layer-without-its-index"),
    pytest.param(leftover("records/.partial-x"), id="half-a-record"),
    pytest.param(leftover("history/.partial-x"), id="half-a-history"),
    pytest.param(symlinked, id="symlink"),
    pytest.param(every_bit_of("layers", ".tar", 97), id="anywhere-in-a-blob"),
    pytest.param(every_bit_of("records", "", 41), id="anywhere-in-a-record"),
]


@pytest.mark.parametrize("plant", PLANTED)
def test_planted_damage(plant: Callable[[Store], object], store: Store, tmp_path: Path) -> None:
    """It is found and said, by a look that changes nothing too; once repaired all is well."""
    store.remember(str(tmp_path / "Other"), [])
    plant(store)
    seen = verify(Store(store.folder, False))
    found = verify(Store(store.folder, True))
    after = verify(Store(store.folder, True))

    assert seen and found
    assert after == []


def test_a_running_build_leaves_nothing_half_written(store: Store) -> None:
    """What is being written is no leftover while its build lives."""
    with Store.open(store.folder.parent, is_writable=True) as build, build.new_layer() as draft:
        os.write(draft.fd, b"half")

        assert verify(Store(store.folder, True)) == []


@pytest.mark.parametrize("kind", ["objects", "layers"])
def test_what_needs_a_lost_file_goes_with_it(kind: str, store: Store) -> None:
    """An entry is whole or absent."""
    for path in files(store, kind):
        path.unlink()
    found = verify(store)

    assert len(found) >= 2
    assert list(Store(store.folder, True).records()) == []


def test_without_contents_layers_are_not_read(store: Store) -> None:
    """The quick look finds what is missing or short, not a flipped bit in a file."""
    tar = next(path for path in files(store, "layers") if path.suffix == ".tar")
    flip(tar, 600)

    assert verify(store, contents=False) == []
    assert len(verify(store)) >= 1


def test_only_looking_removes_nothing(store: Store) -> None:
    """A store that is not writable reports and leaves everything."""
    flip(files(store, "records")[0], 50)
    flip(files(store, "objects")[0], 1)
    before = files(store, "")

    assert verify(Store(store.folder, False))
    assert files(store, "") == before


def test_a_layer_that_a_build_found_damaged(store: Store) -> None:
    """The runner says that something is damaged; the new plan then knows what."""
    made = make(store, "make")
    layer = store.layer(made.result.layer or "")
    flip(layer.tar, 600)
    before = store.lookup(made.step, EMPTY_TREE)
    recheck(store)

    assert before is not None
    assert store.lookup(made.step, EMPTY_TREE) is None


def test_a_folder_that_a_build_missed(store: Store) -> None:
    """The result that needs it is not relied on again."""
    made = make(store, "make")
    inner = next(path for digest, path in store.objects if digest != made.result.output.root)
    digest = inner.parent.name + inner.name
    inner.unlink()
    with pytest.raises(KeyError):
        store.folder_object(digest)
    recheck(store)
    results = [record.preimage for record in store.records()]

    assert len(results) < 2
