"""One record: what a step made of which tree, under the step's key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from attrs import asdict, frozen

from geniejars import Digest
from jarbuild.cache.keys import canonical, key
from jarbuild.cache.sealed import DamagedFileError, read_sealed, write_sealed

VERSION = 2


@frozen
class Record:
    """`source` and `output` are digests of trees; `layer_size` is in bytes, `created` in seconds
    since the epoch. `text` is what stood in the JFile, on its `line`, or that of the included
    `file`."""

    preimage: Mapping[str, object]
    source: Digest
    output: Digest
    layer: Digest | None
    layer_size: int
    seconds: float
    created: float
    text: str
    line: int
    file: str | None = None

    @property
    def key(self) -> Digest:
        return key(self.preimage, self.source)


def write_record(path: Path, record: Record) -> None:
    write_sealed(path, canonical({"version": VERSION, **asdict(record, recurse=False)}))


def read_record(path: Path) -> Record:
    """Raises OSError and DamagedFileError; a record under another key than its own is damaged."""
    try:
        values = json.loads(read_sealed(path))
        is_known = values.pop("version") == VERSION
        record = Record(**values)
        is_own = record.key == path.name
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedFileError(str(path)) from error
    if not is_known or not is_own:
        raise DamagedFileError(str(path))
    return record
