"""A JFile and its `.jarignore` before they are written, and what to say about them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from attrs import frozen

from jarbuild.scaffold.folder import Folder

# Neither is an input of any program; and a change of the JFile must not repeat a COPY of the rest.
_ALWAYS_IGNORED = ("JFile*", ".jarignore", ".git", ".env", ".env.*")


@frozen
class Draft:
    """`found` names the kind of project and what gave it away; `reasons` are sentences."""

    found: str
    reasons: tuple[str, ...]
    jfile: str
    ignored: tuple[str, ...] = ()

    @property
    def jarignore(self) -> str:
        return jarignore(self.ignored)


def jarignore(patterns: Iterable[str]) -> str:
    """The text of a `.jarignore` with these patterns and those that every project wants."""
    wanted = dict.fromkeys([*_ALWAYS_IGNORED, *patterns])
    return "\n".join(["# What COPY does not see, by Docker's rules.", *wanted]) + "\n"


def tag(folder: str) -> str:
    """A folder's name as one word that a shell takes without quotes."""
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-") or "app"


def app(
    folder: Folder, steps: Iterable[str], cmd: Sequence[str], example: Sequence[str] = ()
) -> str:
    """The JFile of an app; where nobody knows its CMD, how one would look, like `example`."""
    mark = "" if cmd else "# "
    name = f"{mark}TAG {tag(folder.name)}"
    return "\n".join([name, *steps, f"{mark}CMD {array(cmd or example)}"]) + "\n"


def array(argv: Sequence[str]) -> str:
    """The words of a command as a JFile writes them."""
    return json.dumps(list(argv), ensure_ascii=False)
