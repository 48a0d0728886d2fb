"""What a folder holds, as far as it tells what kind of project it is."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import Factory, frozen

LARGEST_READ = 4_000_000
"""Bytes of a file that is looked into: no manifest that a person wrote has as many."""

_READ = (
    "package.json", "yarn.lock", "pnpm-lock.yaml", "pnpm-workspace.yaml", "pyproject.toml",
    "requirements.txt", ".dockerignore",
)  # fmt: skip


@frozen
class Folder:
    """`names` are its entries, folders with a `/` behind; `texts` what the known ones hold;
    `members` the package.json files of a Node workspace's members."""

    name: str
    names: frozenset[str]
    texts: Mapping[str, str] = Factory(dict)
    members: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        return name in self.names

    def first_of(self, *names: str) -> str | None:
        return next((name for name in names if name in self.names), None)

    def all_of(self, *names: str) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.names)

    def json(self, name: str) -> dict[str, Any]:
        """The object in a JSON file; empty where there is none."""
        try:
            content = json.loads(self.texts.get(name, "{}"))
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    def toml(self, name: str) -> dict[str, Any]:
        """The tables of a TOML file; empty where there are none."""
        try:
            return tomllib.loads(self.texts.get(name, ""))
        except tomllib.TOMLDecodeError:
            return {}


def look(path: Path) -> Folder:
    """The findings of a folder; raises OSError."""
    path = path.resolve()
    names = frozenset(p.name + ("/" if p.is_dir() else "") for p in path.iterdir())
    texts = {name: _read(path / name) for name in _READ if name in names}
    folder = Folder(path.name, names, texts)
    return Folder(path.name, names, texts, _members(path, folder))


def _read(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(LARGEST_READ).decode("utf-8", "replace").removeprefix("\ufeff")


def _members(path: Path, folder: Folder) -> tuple[str, ...]:
    patterns = folder.json("package.json").get("workspaces")
    if isinstance(patterns, dict):  # the form that yarn also takes
        patterns = patterns.get("packages")
    if not isinstance(patterns, list):
        return ()
    found = {member for pattern in patterns for member in _manifests(path, str(pattern))}
    return tuple(sorted(member.relative_to(path).as_posix() for member in found))


def _manifests(path: Path, pattern: str) -> list[Path]:
    if pattern.startswith(("/", "!", "..")):
        return []
    try:
        return list(path.glob(f"{pattern.rstrip('/')}/package.json"))
    except ValueError:  # `a**` is no pattern
        return []
