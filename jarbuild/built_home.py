"""A home beside what its last build made of it, and where the built contents can be had now."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import define

from geniejars import (
    AgentSession,
    Change,
    Contents,
    DamagedEntryError,
    Digest,
    Home,
    HomeDiff,
    Source,
    cache_folder,
    look_at_home,
    prepared_from_json,
    read_state,
    stamp_of,
)
from jarbuild.cache.layers import StoredLayer
from jarbuild.cache.store import Store
from jarbuild.folders import walk


@define
class BuiltHome:
    """An open conversation about one home."""

    home: Home
    store: Store
    session: AgentSession
    diff: HomeDiff

    def contents_of(self, changes: Iterable[Change]) -> Contents:
        """What is needed to make the old side of these again, as far as it can be had: from the
        build root, from layers, from the JFile's folder. The caller holds the build's lock."""
        contents = Contents(self.diff.forest)
        wanted = [c for c in changes if c.old is not None and c.old.kind == "file"]
        if wanted:
            contents.root = self.session.scan("root").root
        if _missing(wanted, contents):
            contents.layers = list(_readable_layers(self.store))
        if missing := _missing(wanted, contents):
            contents.add_sources(search_folder(self._context(), missing))
        return contents

    def _context(self) -> Path | None:
        jfile = read_state(self.home.config)["pool"][self.home.name]["jfile"]
        return None if jfile is None else Path(jfile).parent


@contextmanager
def open_built_home(home: Home) -> Iterator[BuiltHome]:
    """Raises MachineError."""
    prepared = read_state(home.config)["pool"][home.name]["prepared"]
    persist = prepared_from_json(prepared or {}).persist
    with (
        Store.open(cache_folder(), is_writable=False) as store,
        home.connect("live") as session,
    ):
        diff = look_at_home(session, persist, store.folder_object)
        yield BuiltHome(home, store, session, diff)


def _missing(wanted: Iterable[Change], contents: Contents) -> dict[Digest, int]:
    """Contents that are still to be found, with their sizes."""
    entries = [(c.path, c.old) for c in wanted if c.old is not None]
    return {e.value: e.size for path, e in entries if not contents.has(path, e)}


def _readable_layers(store: Store) -> Iterator[StoredLayer]:
    """All that the cache has, the newest last."""
    for record in sorted(store.records(), key=lambda record: record.created):
        if record.layer is not None:
            with suppress(DamagedEntryError):
                layer = store.layer(record.layer)
                if layer.index.size == record.layer_size:
                    yield layer


def search_folder(folder: Path | None, wanted: Mapping[Digest, int]) -> dict[Digest, Source]:
    """Files below the folder with these contents, wherever and whenever they were put there."""
    found: dict[Digest, Source] = {}
    sizes = set(wanted.values())
    for path in _files(folder) if folder else ():
        with suppress(OSError):
            if path.stat().st_size in sizes:
                source, digest = _hashed(path)
                if digest in wanted:
                    found[digest] = source
    return found


def _files(folder: Path) -> Iterator[Path]:
    """Links to files are followed, as COPY follows them."""
    for at, _, names in walk(str(folder)):
        yield from (Path(os.path.realpath(Path(at, name))) for name in names)


def _hashed(path: Path) -> tuple[Source, Digest]:
    with path.open("rb") as file:
        stamp = stamp_of(file.fileno())
        return Source(os.fsencode(path), stamp), hashlib.file_digest(file, "sha256").hexdigest()
