"""What a key is made of, for people and programs. Of IMPORTs the names are shown, no more."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from jarbuild.cache.records import Record
from jarbuild.display.columns import table
from jarbuild.display.controls import escaped

SHOWN_DIGITS = 12
NOT_SHOWN = "(its value is not shown)"


def shown_preimage(preimage: Mapping[str, Any]) -> dict[str, Any]:
    """The preimage without the fingerprints of secrets."""
    imports = preimage.get("imports")
    return {**preimage, **({"imports": sorted(imports)} if imports is not None else {})}


def preimage_lines(record: Record) -> list[str]:
    """A table of names and values; several values of one name stand below each other."""
    fields: Mapping[str, Any] = {**record.preimage, "input": record.source}
    rows = [row for name, value in fields.items() for row in _rows(name, value)]
    return table((escaped(name), escaped(value)) for name, value in rows)


def _rows(name: str, value: Any) -> Iterator[tuple[str, str]]:
    first = name
    for text in _texts(name, value):
        for line in text.split("\n"):
            yield first, line
            first = ""


def _texts(name: str, value: Any) -> list[str]:
    match name:
        case "imports":
            return [f"{variable} {NOT_SHOWN}" for variable in sorted(value)]
        case "argv":
            return [shlex.join(value)]
        case "tools":
            return [f"{word} = {path} {digest[:SHOWN_DIGITS]}" for word, path, digest in value]
        case "mounts":
            return [f"{id} at {target}" for id, target in value]
        case "depends":
            return [f"{path} {digest[:SHOWN_DIGITS]}" for path, digest in sorted(value.items())]
        case "workdir" | "folder":
            return [value or "."]
    if isinstance(value, Mapping):
        return [f"{key}={value[key]}" for key in sorted(value)]
    return [] if value is None else [str(value)]
