"""Damages files that builds keep, one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from killing import Scene

WAYS = ("truncated", "flipped", "emptied", "removed", "overwritten")

KINDS: Mapping[str, str] = {
    "folder and tree objects": "caches/own/jarbuild/v1/objects/*/*",
    "records": "caches/own/jarbuild/v1/records/*",
    "layers": "caches/own/jarbuild/v1/layers/*.tar",
    "indexes of layers": "caches/own/jarbuild/v1/layers/*.index",
    "history": "caches/own/jarbuild/v1/history/*",
    "stat cache": "caches/own/jarbuild/v1/stamps/*",
    "parsed JFiles": "caches/own/jarbuild/v1/parses/*",
    "secret": "caches/own/jarbuild/v1/secret",
    "home's index": "state/jarbuild/jars/jar001/home.index",
    "root's index": "state/jarbuild/jars/jar001/root.index",
    "state": "state/jarbuild/state.json",
    "facts": "state/jarbuild/facts.json",
}


def damage(dice: random.Random, path: Path, way: str) -> None:
    content = path.read_bytes()
    match way:
        case "truncated":
            path.write_bytes(content[: len(content) // 2])
        case "flipped" if content:
            at = dice.randrange(len(content))
            changed = bytes([content[at] ^ 1 << dice.randrange(8)])
            path.write_bytes(content[:at] + changed + content[at + 1 :])
        case "emptied":
            path.write_bytes(b"")
        case "removed":
            path.unlink()
        case "overwritten":
            path.write_bytes(bytes(len(content)))


def files(scene: Scene, kind: str) -> Iterator[Path]:
    found = sorted(scene.world.folder.glob(KINDS[kind]))
    return (path for path in found if path.is_file())


def play(scene: Scene, kind: str, dice: random.Random) -> int:
    """Damage about half of the files of this kind, go back to the other version of the project;
    how many it were. Raises AssertionError where the build does not make what a clean one makes."""
    # Without a state nobody has a jar: that is how one starts anew.
    ways = [way for way in WAYS if kind != "state" or way != "removed"]
    chosen = [path for path in files(scene, kind) if dice.random() < 0.5] or [*files(scene, kind)]
    for path in chosen:
        damage(dice, path, dice.choice(ways))
    scene.build_other_version()
    return len(chosen)
