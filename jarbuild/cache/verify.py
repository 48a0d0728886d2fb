"""Looking for damage: every entry read, every checksum compared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from geniejars import BrokenObjectError, DamagedEntryError, Digest, Forest
from jarbuild.cache.history import read_history
from jarbuild.cache.layers import StoredLayer, hash_of
from jarbuild.cache.objects import LostObjectError
from jarbuild.cache.sealed import PARTIAL, DamagedFileError, read_sealed
from jarbuild.cache.store import Store


def verify(store: Store, *, contents: bool = True) -> list[str]:
    """What is damaged, one line each; a writable store removes it, and what cannot do without.

    Without `contents` the files in layers are not read, which is most of the work.
    """
    return [
        *_objects(store),
        *_layers(store, contents=contents),
        *_records(store),
        *_histories(store),
        *_conveniences(store),
    ]


def recheck(store: Store) -> None:
    """Look at what was used since the store was opened: something of it may be damaged.

    To be called before a new plan; costs nothing where nothing was used.
    """
    folder = store.folder / "layers"
    for digest in sorted(store.handed_out):
        if not _is_sound(StoredLayer(digest, folder), contents=True):
            store.distrust_layer(digest)
    if store.missed:
        list(_records(store))
    store.handed_out.clear()
    store.missed.clear()


def _objects(store: Store) -> Iterator[str]:
    for digest, path in list(store.objects):
        try:
            store.objects.get(digest)
        except LostObjectError:
            yield f"object {path.parent.name}{path.name} is damaged"


def _layers(store: Store, *, contents: bool) -> Iterator[str]:
    folder = store.folder / "layers"
    for path in sorted(folder.glob("*.index")):
        if path.name.startswith(PARTIAL):
            continue
        layer = StoredLayer(path.stem, folder)
        if not _is_sound(layer, contents=contents):
            yield f"layer {layer.id} is damaged"
            store.distrust_layer(layer.id)


def _is_sound(layer: StoredLayer, *, contents: bool) -> bool:
    try:
        files, fd = layer.files, layer.open()
    except DamagedEntryError:
        return False
    try:
        return not contents or all(hash_of(fd, file) == file.sha256 for file in files)
    finally:
        os.close(fd)


def _records(store: Store) -> Iterator[str]:
    """Those that cannot be read are in `damaged` afterwards, as are those that lead nowhere."""
    known = len(store.damaged)
    sound: set[Digest] = set()
    forest = Forest(store.folder_object)
    for record in list(store.records()):
        if store.result(record.key) and not _leads_on(store, record.output, forest, sound):
            store.distrust(record.key)
    yield from store.damaged[known:]


def _leads_on(store: Store, tree: Digest, forest: Forest, sound: set[Digest]) -> bool:
    """Whether every folder of a tree is there."""
    try:
        pending = [store.tree(tree).root]
        while pending:
            digest = pending.pop()
            if digest not in sound:
                folders = [e.value for e in forest.folder(digest).values() if e.kind == "folder"]
                sound.add(digest)
                pending += folders
    except (LostObjectError, BrokenObjectError):
        return False
    return True


def _histories(store: Store) -> Iterator[str]:
    for path in _entries(store.folder / "history"):
        if read_history(path) is None:
            yield from _discarded(store, path, f"history {path.name}")


def _conveniences(store: Store) -> Iterator[str]:
    """What only saves time: it is made again where it is missing."""
    for folder, what in (("stamps", "stat cache"), ("parses", "parse")):
        for path in _entries(store.folder / folder):
            try:
                read_sealed(path)
            except DamagedFileError:
                yield from _discarded(store, path, f"{what} {path.name}")


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if not path.name.startswith(PARTIAL))


def _discarded(store: Store, path: Path, what: str) -> Iterator[str]:
    if store.is_writable:
        path.unlink(missing_ok=True)
    yield f"{what} is damaged"
