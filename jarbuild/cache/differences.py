"""In which ways two preimages differ, in words. Values to values; secrets are names only."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

LONGEST_VALUE = 40


class Difference(NamedTuple):
    """A sentence for the first one shown, and a name for the list of all."""

    sentence: str
    name: str


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What changed of all that is not a tree, most telling first; at least one if anything did."""
    if old.get("view") != new.get("view"):
        old, new = _apart_from_places(old, new)
    changed = [field for field in _SENTENCES if old.get(field) != new.get(field)]
    found = [d for field in changed for d in _SENTENCES[field](old.get(field), new.get(field))]
    return found or [Difference(f"{field} changed", field) for field in changed]


def words(differences: Sequence[Difference]) -> str:
    """The first in full, the others counted."""
    more = len(differences) - 1
    return differences[0].sentence + (f", {more} more" if more else "")


def shown(value: str) -> str:
    if not value:
        return '""'
    return value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"


def _apart_from_places(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Without variables that lead into either jar's folder: they changed with the view."""
    sides = [(side, side.get("env", {})) for side in (old, new)]
    folders = [posixpath.dirname(side["view"]["home"]) for side, _ in sides]
    moved = {
        name
        for (_, env), folder in zip(sides, folders, strict=True)
        for name, value in env.items()
        if value.startswith(f"{folder}/")
    }
    old, new = (
        {**side, "env": {name: value for name, value in env.items() if name not in moved}}
        for side, env in sides
    )
    return old, new


def _view(old: Any, new: Any) -> list[Difference]:
    return [Difference("made by another jar and tied to its home", "jar")]


def _allocation(old: Any, new: Any) -> list[Difference]:
    """A RUN is tied to a jar by its IMPORTs; where they came or went that is said already."""
    is_tied = old is not None and new is not None
    return [Difference("made by another jar and tied to it by IMPORT", "jar")] if is_tied else []


def _mounts(old: Any, new: Any) -> list[Difference]:
    return [Difference("--mount changed", "--mount")]


def _from_to(what: str) -> Callable[[Any, Any], list[Difference]]:
    def sentence(old: Any, new: Any) -> list[Difference]:
        before, after = shown(str(old)), shown(str(new))
        return [Difference(f"{what} changed from {before} to {after}", after)]

    return sentence


def _folder(old: str, new: str) -> list[Difference]:
    before, after = shown(old or "."), shown(new or ".")
    return [Difference(f"WORKDIR changed from {before} to {after}", after)]


def _variables(directive: str) -> Callable[[Any, Any], list[Difference]]:
    def sentences(old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
        return [
            Difference(f"{directive} {name} {_change(old.get(name), new.get(name))}", name)
            for name in _changed_names(old, new)
        ]

    return sentences


def _change(old: str | None, new: str | None) -> str:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return f"changed from {shown(old)} to {shown(new)}"


def _digests(directive: str) -> Callable[[Any, Any], list[Difference]]:
    """The values are digests of what is not to be shown, or not worth it."""

    def sentences(old: Mapping[str, str], new: Mapping[str, str]) -> list[Difference]:
        return [
            Difference(f"{directive} {name} {_presence(name in old, name in new)}", name)
            for name in _changed_names(old, new)
        ]

    return sentences


def _presence(was: bool, is_now: bool) -> str:
    return "changed" if was and is_now else "added" if is_now else "removed"


def _changed_names(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [n for n in sorted({*old, *new}) if old.get(n) != new.get(n)]


def _tools(old: Sequence[list[str]], new: Sequence[list[str]]) -> list[Difference]:
    """Words that came or went are the command's difference, not the tools'."""
    before = {(word, path): digest for word, path, digest in old}
    known = {word for word, _ in before}
    return [
        Difference(f"{word} changed ({path})", word)
        for word, path, digest in new
        if word in known and before.get((word, path)) != digest
    ]


def _command(old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    before, after = " ".join(old).split(), " ".join(new).split()
    found = list(_changed_words(before, after))
    return found or [Difference("command changed in its white space", "command")]


def _changed_words(before: list[str], after: list[str]) -> Iterator[Difference]:
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = " ".join(before[a:b]), " ".join(after[c:d])
        if tag == "replace":
            yield Difference(f"command changed from {shown(gone)} to {shown(come)}", come)
        elif tag == "insert":
            yield Difference(f"command changed: {shown(come)} added", come)
        elif tag == "delete":
            yield Difference(f"command changed: {shown(gone)} removed", gone)


_SENTENCES: Mapping[str, Callable[[Any, Any], list[Difference]]] = {
    "view": _view,
    "host": _from_to("the machine"),
    "schema": _from_to("the format of keys"),
    "argv": _command,
    "folder": _folder,
    "workdir": _folder,
    "env": _variables("ENV"),
    "args": _variables("ARG"),
    "imports": _digests("IMPORT"),
    "allocation": _allocation,
    "depends": _digests("DEPEND"),
    "tools": _tools,
    "mounts": _mounts,
}
