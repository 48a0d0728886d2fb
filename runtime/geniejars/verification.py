"""Reads a jar's places again, whatever is known of their files: are they what a build made them?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Literal

from genieagent.trees import Change, Entry, Forest, Path, Tree, compare
from geniejars.events import Difference
from geniejars.results import Results
from geniejars.scanned_folders import fetch_folders, mended
from geniejars.site import Site


def verify_home(site: Site, results: Results, persist: Sequence[str]) -> Iterator[Difference]:
    """Built entries that are not as built, changed by the app or by a bad disk; the next build puts
    them right. What is at or below `persist` is data."""
    with site.connect("live") as session:
        drift = session.drift(persist, anew=True)
        forest = mended(Forest(results.folder_object), session)
        built = (drift.tree or Tree()).root
        for path, there in drift.entries:
            yield _difference("home", path, forest.find(built, path), there)


def verify_root(site: Site, results: Results) -> Iterator[Difference]:
    """Entries of the build root whose content no status gives away: the next RUN would have been
    run on them. From now on they are known for what they are."""
    forest = Forest(results.folder_object)
    try:
        with site.connect("build") as session:
            known = session.scan("root")
            fetch_folders(session, forest, known.root)
            found = session.scan("root", anew=True)
            changes = list(compare(mended(forest, session), known.root, found.root))
    finally:
        site.end("build")
    return (_difference("root", *change) for change in changes)


def _difference(
    where: Literal["home", "root"], path: Path, built: Entry | None, there: Entry | None
) -> Difference:
    return Difference(where, os.fsdecode(path), _problem(Change(path, built, there)))


def _problem(change: Change) -> str:
    built, there = change.old, change.new
    if built is None or there is None:
        return "was added" if built is None else "is missing"
    if built.kind != there.kind:
        return f"is a {there.kind}, not a {built.kind}"
    if built.kind != "folder" and (built.value, built.size) != (there.value, there.size):
        return "has another target" if built.kind == "symlink" else "has other content"
    if built.mode != there.mode:
        return f"has mode {there.mode:o}, not {built.mode:o}"
    return "has other hard links"
