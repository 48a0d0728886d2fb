"""Stores with entries in them, and ways to damage them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from attrs import frozen

from geniejars import (
    EMPTY_TREE,
    Entry,
    Forest,
    LayerFile,
    Result,
    RunStep,
    Tree,
    Verdict,
    sha256,
)
from jarbuild.cache.store import Store


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def step(command: str, index: int = 1) -> RunStep:
    """A RUN that differs from others in its command alone."""
    return RunStep(
        index=index,
        line=index,
        directive="RUN",
        text=f"RUN {command}",
        verdict=Verdict("run", None, ""),
        preimage={"kind": "RUN", "argv": ["sh", "-c", command]},
        argv=("sh", "-c", command),
        env={},
    )


@frozen
class Made:
    """An entry of a store: its step, its result and the files of its layer."""

    step: RunStep
    result: Result
    contents: Mapping[bytes, bytes]


def make(store: Store, command: str, *, size: int = 100) -> Made:
    """What a RUN that wrote two files would leave in the store."""
    contents = {b"out/one": command.encode() * size, b"out/two": b"two" * size}
    forest = Forest()
    entries = {p: Entry("file", 0o664, sha256(c), len(c)) for p, c in contents.items()}
    tree = Tree(forest.build(entries), ((b"out/one", b"out/two"),))
    with store.new_layer() as draft:
        files, offset = [], 512
        for path, content in contents.items():
            os.pwrite(draft.fd, content, offset)
            files.append(LayerFile(path, offset, len(content), sha256(content), 7))
            offset += len(content) + 512
        os.ftruncate(draft.fd, offset)
        layer = draft.publish(files)
    store.keep_folders(forest.fresh)
    result = Result(tree, layer)
    store.record(step(command), EMPTY_TREE, result, 2.0)
    return Made(step(command), result, contents)


def files(store: Store, kind: str) -> list[Path]:
    top = store.folder / kind
    return sorted(path for path in (top, *top.rglob("*")) if path.is_file())


def flip(path: Path, at: int) -> None:
    """One bit of a file, another one by `at`."""
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1 << at % 8
    path.write_bytes(content)


def truncate(path: Path, at: int) -> None:
    os.truncate(path, at % path.stat().st_size)
