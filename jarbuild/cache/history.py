"""What the last build of a JFile was made of, so that the next plan can say what has changed.

One file for each JFile, by its real path. It also remembers what the last good build of each jar
needs, which prune leaves alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from attrs import Factory, asdict, frozen

from geniejars import Digest
from jarbuild.cache.keys import canonical
from jarbuild.cache.sealed import DamagedFileError, read_sealed, write_sealed

VERSION = 1


@frozen
class Past:
    """A step of an earlier build.

    `source` is the digest of the tree it started from, None if the build did not get there; `at`
    where a COPY put things; `is_done` whether it came to a result.
    """

    directive: str
    text: str
    preimage: Mapping[str, object]
    source: Digest | None
    at: str
    is_done: bool


@frozen
class History:
    """`latest` is the last build, whatever became of it; `good` holds keys by jar."""

    jfile: str
    latest: tuple[Past, ...] = ()
    good: Mapping[str, tuple[Digest, ...]] = Factory(dict)


def write_history(path: Path, history: History) -> None:
    write_sealed(path, canonical({"version": VERSION, **asdict(history)}))


def read_history(path: Path) -> History | None:
    """None where there is none, or none that can be read."""
    try:
        values = json.loads(read_sealed(path))
        if values["version"] != VERSION:
            return None
        latest = tuple(Past(**step) for step in values["latest"])
        good = {jar: tuple(keys) for jar, keys in values["good"].items()}
        return History(values["jfile"], latest, good)
    except (OSError, DamagedFileError, ValueError, TypeError, KeyError, AttributeError):
        return None


def align(steps: Sequence[tuple[str, str]], past: Sequence[Past]) -> list[Past | None]:
    """For each step, given by directive and text, the earlier one it most likely was."""
    was = [(p.directive, p.text) for p in past]
    pairs: list[Past | None] = [None] * len(steps)
    for tag, a, b, c, d in SequenceMatcher(None, steps, was, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs[a:b] = past[c:d]
        elif tag == "replace":
            _pair_by_directive(pairs, range(a, b), steps, list(past[c:d]))
    _pair_moved(pairs, steps, past)
    return pairs


def _pair_by_directive(
    pairs: list[Past | None], where: range, steps: Sequence[tuple[str, str]], past: list[Past]
) -> None:
    """Rewritten steps: in order, each with the next of its directive."""
    for i in where:
        found = next((p for p in past if p.directive == steps[i][0]), None)
        if found is not None:
            pairs[i] = found
            del past[: past.index(found) + 1]


def _pair_moved(
    pairs: list[Past | None], steps: Sequence[tuple[str, str]], past: Sequence[Past]
) -> None:
    taken = {id(p) for p in pairs if p is not None}
    for i, step in enumerate(steps):
        if pairs[i] is None:
            free = (p for p in past if (p.directive, p.text) == step and id(p) not in taken)
            pairs[i] = next(free, None)
            taken.add(id(pairs[i]))
