"""`cache verify` finds every planted damage and leaves a sound cache behind."""

from __future__ import annotations

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
    return Store(store.folder, True)


def test_a_sound_cache(store: Store) -> None:
    """Nothing to say."""
    assert verify(store) == []


DAMAGE = [pytest.param(flip, id="bit"), pytest.param(truncate, id="truncated")]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", ["objects", "records", "layers", "history", "stamps"])
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
