"""An OCI image layout on disk (image-spec 1.0): blobs by digest, an index, a marker.

It takes its name when it is whole. Equal contents make equal bytes: nothing in it tells when.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from attrs import define, field, frozen

from geniejars import UsageError

_TYPE = "application/vnd.oci.image"
CONFIG, MANIFEST = f"{_TYPE}.config.v1+json", f"{_TYPE}.manifest.v1+json"
INDEX, LAYER = f"{_TYPE}.index.v1+json", f"{_TYPE}.layer.v1.tar"
REFERENCE = "org.opencontainers.image.ref.name"
TAG = "latest"


@frozen
class Blob:
    """`digest` with its algorithm, as descriptors have it."""

    digest: str
    size: int

    def descriptor(self, media_type: str) -> dict[str, Any]:
        return {"mediaType": media_type, "digest": self.digest, "size": self.size}


@define
class HashedFile:
    """A file that counts and hashes what is written to it."""

    file: BinaryIO
    size: int = 0
    _digest: Any = field(factory=hashlib.sha256, init=False)

    def write(self, content: bytes) -> None:
        self.file.write(content)
        self._digest.update(content)
        self.size += len(content)

    @property
    def blob(self) -> Blob:
        return Blob(f"sha256:{self._digest.hexdigest()}", self.size)


@frozen
class Layout:
    """One being made, in a folder that has no name of its own yet."""

    folder: Path

    @contextmanager
    def new_blob(self) -> Iterator[HashedFile]:
        """Write into it; it has its name afterwards."""
        partial = self._blobs / "partial"
        with partial.open("wb") as file:
            hashed = HashedFile(file)
            yield hashed
        partial.rename(self._blobs / hashed.blob.digest.partition(":")[2])

    def add(self, content: Mapping[str, Any]) -> Blob:
        with self.new_blob() as file:
            file.write(_json(content))
        return file.blob

    def finish(self, config: Mapping[str, Any], layers: list[Blob]) -> Blob:
        """Manifest, index and marker; the manifest comes back."""
        manifest = self.add(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": self.add(config).descriptor(CONFIG),
                "layers": [layer.descriptor(LAYER) for layer in layers],
            }
        )
        entry = {**manifest.descriptor(MANIFEST), "annotations": {REFERENCE: TAG}}
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
        (self.folder / "index.json").write_bytes(_json(index))
        (self.folder / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
        return manifest

    @property
    def _blobs(self) -> Path:
        return self.folder / "blobs/sha256"


@contextmanager
def new_layout(destination: Path) -> Iterator[Layout]:
    """A layout that is at `destination` afterwards, unless an exception came.

    Raises UsageError where something is there already, OSError.
    """
    if destination.exists() and not _is_empty_folder(destination):
        raise UsageError(f"{destination} exists", help="name a folder that is not there, or empty")
    destination.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=destination.parent))
    try:
        (folder / "blobs/sha256").mkdir(parents=True)
        yield Layout(folder)
        _open_to_others(folder)
        folder.rename(destination)
    except BaseException:
        shutil.rmtree(folder)
        raise


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _open_to_others(folder: Path) -> None:
    """As far as the umask lets: mkdtemp makes its folder private."""
    umask = os.umask(0o022)
    os.umask(umask)
    folder.chmod(0o777 & ~umask)


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
