"""A home before and after a build: what builds made is there, and nothing else is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator

from attrs import define
from listings import Listing, is_below


@define
class Kept:
    """A home before and after a build, what builds had made of it and what they shall."""

    before: Listing
    after: Listing
    old: Listing
    wanted: Listing
    persist: tuple[str, ...]

    def check(self) -> None:
        self._check_built()
        self._check_foreign()
        self._check_persisted()

    def _check_built(self) -> None:
        """What builds make is there as they made it, and nothing else of theirs is."""
        for path, seen in self.wanted.entries.items():
            if not is_below(path, self.persist):
                there = self.after.entries.get(path)
                assert there == seen, f"{path} is {there}, not {seen}"
        for path in self.after.entries.keys() - self.wanted.entries.keys():
            if not is_below(path, self.persist):
                assert self._is_foreign(path), f"{path} is left over"
        mine = self._groups(self.after)
        assert mine == self._groups(self.wanted), f"hard links: {mine}"

    def _groups(self, of: Listing) -> set[frozenset[str]]:
        """Hard links among what builds made."""
        groups = (frozenset(p for p in g if p in self.wanted.entries) for g in of.links)
        groups = (frozenset(p for p in g if not is_below(p, self.persist)) for g in groups)
        return {group for group in groups if len(group) > 1}

    def _is_foreign(self, path: str) -> bool:
        """No build made it, or it is a folder that holds such a thing."""
        if path in self.before.entries and path not in self.old.entries:
            return True
        below = (p for p in self.before.entries if p.startswith(f"{path}/"))
        return self.after.entries[path].kind == "d" and any(
            p not in self.old.entries or is_below(p, self.persist) for p in below
        )

    def _check_foreign(self) -> None:
        """What no build made stays, unless one of them makes the same path now."""
        for path, seen in self.before.entries.items():
            if path in self.old.entries or self._is_in_the_way(path):
                continue
            there = self.after.entries.get(path)
            assert there is not None, f"{path} is gone, and no build made it"
            assert (there.kind, there.value) == (seen.kind, seen.value), f"{path}: {there}, {seen}"

    def _is_in_the_way(self, path: str) -> bool:
        """A build made this path, or something that is no folder above it."""
        wanted = self.wanted.entries
        return path in wanted or any(p in wanted and wanted[p].kind != "d" for p in _above(path))

    def _check_persisted(self) -> None:
        """The home's own data wins below PERSIST; what was not there is seeded."""
        for folder in self.persist:
            was_there = folder in self.before.entries
            expected = self.before if was_there else self.wanted
            for path, seen in expected.entries.items():
                if is_below(path, (folder,)):
                    there = self.after.entries.get(path)
                    assert there == seen, f"{path} is {there}, not {seen} (PERSIST {folder})"


def _above(path: str) -> Iterator[str]:
    while path := os.path.dirname(path):
        yield path
