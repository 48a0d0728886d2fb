"""Writes an image: a layer with the way to the home, then one for each step that changed it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import define, field

from geniejars import EMPTY_TREE, Forest, Tree
from jarbuild.cache.layers import StoredLayer
from jarbuild.cache.records import Record
from jarbuild.cache.store import Store
from jarbuild.image.chain import Chain
from jarbuild.image.changes import Changeset, changeset
from jarbuild.image.layout import Blob, Layout, new_layout
from jarbuild.image.origins import Origins, find_origins
from jarbuild.image.settings import architecture
from jarbuild.image.tar import LayerTar

WAY = "jarbuild: the home"


def export(store: Store, chain: Chain, settings: Mapping[str, Any], destination: Path) -> Blob:
    """The image's manifest comes back.

    Raises UsageError where something is at `destination`, MachineError where a content is not to
    be had any more, DamagedEntryError.
    """
    with new_layout(destination) as layout:
        return _Export(store, chain, layout).run(settings)


@define
class _Export:
    store: Store
    chain: Chain
    layout: Layout
    layers: list[Blob] = field(factory=list, init=False)
    history: list[dict[str, Any]] = field(factory=list, init=False)

    def run(self, settings: Mapping[str, Any]) -> Blob:
        records, changes = self.chain.records, self._changes()
        origins = self._origins(changes)
        self._add(WAY, self._tar(records[-1], None), changes[0], origins, with_way=True)
        for record, change in zip(records, changes[1:], strict=True):
            if change.is_empty:
                self.history.append({"created_by": record.text, "empty_layer": True})
            else:
                layer = self.store.layer(record.layer) if record.layer else None
                self._add(record.text, self._tar(record, layer), change, origins)
        return self.layout.finish(self._config(records[-1], settings), self.layers)

    def _changes(self) -> list[Changeset]:
        """What there was before the first step, then each step's own."""
        forest = Forest(self.store.folder_object)
        trees = [self.chain.base, *(self.store.tree(r.output) for r in self.chain.records)]
        before: Sequence[Tree] = [EMPTY_TREE, *trees]
        return [changeset(forest, old, new) for old, new in zip(before, trees, strict=False)]

    def _origins(self, changes: Sequence[Changeset]) -> Origins:
        layers = [self.store.layer(r.layer) for r in self.chain.records if r.layer]
        entries = (entry for change in changes for _, entry in change.put)
        return find_origins(
            layers, self.chain.jfile, (entry for entry in entries if entry.kind == "file")
        )

    def _tar(self, record: Record, layer: StoredLayer | None) -> LayerTar:
        view: Any = record.preimage["view"]
        return LayerTar(os.fsencode(view["home"].strip("/")), view["uid"], layer)

    def _add(
        self,
        created_by: str,
        tar: LayerTar,
        changes: Changeset,
        origins: Origins,
        *,
        with_way: bool = False,
    ) -> None:
        with self.layout.new_blob() as file:
            if with_way:
                tar.write_way(file.write)
            tar.write(changes, origins, file.write)
        self.layers.append(file.blob)
        self.history.append({"created_by": created_by})

    def _config(self, record: Record, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "architecture": architecture(record),
            "os": "linux",
            "config": settings,
            "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in self.layers]},
            "history": self.history,
        }
