"""What a step's result depends on. Values to values; nothing is looked up here.

A *preimage* is a step's own part: with the digest of the tree it starts from it makes the key, the
sha256 of their canonical JSON. It is stored beside the result, so that a later plan can say what
has changed.

    in every preimage   schema, kind, host (distribution, release, processor), view (home, user,
                        uid and host name as the jar sees them)
    WORKDIR             the folder, as a path below the home
    COPY                the digest of the tree that is put over the home
    RUN                 argv, rendered; workdir; environment; the ARGs that its text names; mounts;
                        DEPENDs with a digest of what they lead to; IMPORTs as an HMAC of the value
                        under this cache's secret, and the jar's allocation unless they are shared;
                        the tools it names, each with real path and digest
    in none             times, owners, where the context is, names of COPY's sources, its flags,
                        ADDPATH, CMD, TAG, PERSIST, comments, values of secrets, proxies
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import asdict, frozen

from geniejars import CacheFolder, Digest, Path, View, sha256

SCHEMA = 1
"""Another number, other keys: to be raised when a result could come out differently."""

Preimage = Mapping[str, object]

Tool = tuple[str, str, Digest]
"""A word of a command, the real path it stands for, and what is there."""


@frozen
class World:
    """Where steps run: part of every key."""

    host: str
    view: View

    def of(self, kind: str, **own: object) -> Preimage:
        return {"schema": SCHEMA, "host": self.host, "view": asdict(self.view), "kind": kind, **own}


@frozen(kw_only=True)
class RunInputs:
    """All that a RUN can see, but for the tree."""

    argv: Sequence[str]
    env: Mapping[str, str]
    args: Mapping[str, str]
    workdir: Path
    mounts: Sequence[CacheFolder] = ()
    depends: Mapping[str, Digest] = {}
    imports: Mapping[str, Digest] = {}
    allocation: str | None = None
    tools: Sequence[Tool] = ()


def workdir_preimage(world: World, folder: Path) -> Preimage:
    return world.of("WORKDIR", folder=os.fsdecode(folder))


def copy_preimage(world: World, overlay: Digest) -> Preimage:
    return world.of("COPY", overlay=overlay)


def run_preimage(world: World, inputs: RunInputs) -> Preimage:
    return world.of(
        "RUN",
        argv=list(inputs.argv),
        env=dict(inputs.env),
        args=dict(inputs.args),
        workdir=os.fsdecode(inputs.workdir),
        mounts=[[m.id, os.fsdecode(m.target)] for m in inputs.mounts],
        depends=dict(inputs.depends),
        imports=dict(inputs.imports),
        allocation=inputs.allocation if inputs.imports else None,
        tools=sorted(map(list, inputs.tools)),
    )


def key(preimage: Preimage, source: Digest) -> Digest:
    """The key of a step that starts from the tree with this digest."""
    return sha256(canonical({**preimage, "input": source}))


def import_fingerprint(secret: bytes, name: str, value: str) -> Digest:
    """Tells values of an IMPORT apart without giving them away to who has no `secret`."""
    message = f"{name}={value}".encode("utf-8", "surrogateescape")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and nothing but ASCII: equal values, equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
