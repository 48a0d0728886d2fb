"""Damages files that builds keep, one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from killing import Scene

from jarbuild.cache.store import Store
from jarbuild.cache.verify import verify

WAYS = ("truncated", "flipped", "emptied", "removed", "overwritten")

CACHE = "caches/own/jarbuild/v1"
STATE = "state/jarbuild"

KINDS: Mapping[str, str] = {
    "folder and tree objects": f"{CACHE}/objects/*/*",
    "records": f"{CACHE}/records/*",
    "layers": f"{CACHE}/layers/*.tar",
    "indexes of layers": f"{CACHE}/layers/*.index",
    "history": f"{CACHE}/history/*",
    "stat cache": f"{CACHE}/stamps/*",
    "parsed JFiles": f"{CACHE}/parses/*",
    "secret": f"{CACHE}/secret",
    "home's index": f"{STATE}/jars/jar001/home.index",
    "root's index": f"{STATE}/jars/jar001/root.index",
    "state": f"{STATE}/state.json",
    "state's copy": f"{STATE}/.state.json.copy",
    "facts": f"{STATE}/facts.json",
    "situation": f"{STATE}/situation",
    "values of IMPORTs": f"{STATE}/secrets/*",
}

SPARED = {"common", "run", "server.log", "jar002", ".state.json.copy", "home.index"}
"""Where all is damaged at once: what builds only read, sockets and locks, the jar that nobody
builds into; and what is the last copy then: the state's, and beside a damaged cache that of what
builds made in the home."""


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


def make_sound(scene: Scene) -> None:
    """A bit that an earlier test has flipped would be right again where it is flipped twice."""
    verify(Store(scene.world.folder / CACHE, is_writable=True))
    scene.build_anew()


def play(scene: Scene, kind: str, dice: random.Random) -> int:
    """Damage about half of the files of this kind, go back to the other version of the project;
    how many it were. Raises AssertionError where the build does not make what a clean one makes,
    or `cache verify` sees nothing."""
    make_sound(scene)
    # Without a state nobody has a jar: that is how one starts anew.
    ways = [way for way in WAYS if kind != "state" or way != "removed"]
    chosen = [path for path in files(scene, kind) if dice.random() < 0.5] or [*files(scene, kind)]
    for path in chosen:
        damage(dice, path, dice.choice(ways))
    if KINDS[kind].startswith(CACHE):
        check_verify(scene, (path for path in chosen if path.exists()))
    scene.build_other_version()
    return len(chosen)


def play_everywhere(scene: Scene, dice: random.Random) -> int:
    """The same with one bit of every file that state, cache, home and build root are made of."""
    make_sound(scene)
    tops = [scene.world.folder / top for top in (CACHE, STATE)]
    found = sorted(path for top in tops for path in top.rglob("*"))
    chosen = [path for path in found if _is_of_a_build(path) and not SPARED & {*path.parts}]
    for path in chosen:
        damage(dice, path, "flipped")
    check_verify(scene, (path for path in chosen if tops[0] in path.parents))
    scene.build_other_version()
    return len(chosen)


def check_verify(scene: Scene, damaged: Iterable[Path]) -> None:
    """Every one of these files of the cache is found. Of a layer its index is named."""
    findings = verify(Store(scene.world.folder / CACHE, is_writable=False))
    named = {Path(finding.path).stem for finding in findings}

    missed = [str(path) for path in damaged if path.stem not in named]
    assert missed == [], missed


def _is_of_a_build(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0
