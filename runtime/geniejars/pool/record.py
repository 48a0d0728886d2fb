"""What setup has made on the machine for a pool: uninstall removes that and nothing else.

It is written before the first thing is made, so a setup that was cut off can be undone, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from attrs import asdict, evolve, frozen


@frozen
class Record:
    """Names of accounts, (user, group) of memberships, paths of folders in the order of making."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    members: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()
    jars: tuple[str, ...] = ()

    def joined(self, other: Record) -> Record:
        """What either of the two has made."""
        return Record(
            users=_union(self.users, other.users),
            groups=_union(self.groups, other.groups),
            members=_union(self.members, other.members),
            folders=_union(self.folders, other.folders),
            jars=_union(self.jars, other.jars),
        )

    def without_jars(self, names: Iterable[str]) -> Record:
        gone = set(names)
        return evolve(
            self,
            users=tuple(name for name in self.users if name not in gone),
            groups=tuple(name for name in self.groups if name not in gone),
            jars=tuple(name for name in self.jars if name not in gone),
        )

    def text(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


def _union(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def read_record(path: Path) -> Record:
    """An empty one where nothing was set up; raises ValueError, KeyError, TypeError where it is
    damaged."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Record()
    members = tuple((user, group) for user, group in values.pop("members"))
    return Record(members=members, **{name: tuple(names) for name, names in values.items()})
