"""Paths as a JFile writes them, resolved against the home."""

from __future__ import annotations

import posixpath
import re

HOME = "/home/jar"
"""Where every jar sees its home, if mounts can be made."""

_GLOB = re.compile(r"[*?\[]")
_PLACEHOLDER = re.compile(r"\$\{(?:PORT\([0-9]+\)|COMMON)\}")


def in_home(path: str, folder: str | None) -> str | None:
    """The path relative to the home, "" for the home itself; None outside it or where unknown.

    `folder` is what a relative path is relative to, itself in the home; None if that is unknown.
    """
    if path == HOME or path.startswith(f"{HOME}/"):
        path, folder = path[len(HOME) :].lstrip("/"), ""
    if folder is None or path.startswith("/") or _PLACEHOLDER.search(path):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def leaves_home(path: str, folder: str | None) -> bool:
    """Whether the path is outside the home for certain.

    Any other path below /home may be the home's own, as it is where no mounts can be made.
    """
    if path.startswith("/"):
        path = posixpath.normpath(path)
        return not path.startswith("/home/")
    if folder is None or _PLACEHOLDER.search(path):
        return False
    return in_home(path, folder) is None


def is_glob(path: str) -> bool:
    return bool(_GLOB.search(path))


def is_folder_like(path: str) -> bool:
    """Whether the spelling alone says that a folder is meant."""
    return path.endswith("/") or posixpath.basename(path) in (".", "..")


def is_in_context(path: str) -> bool:
    """Whether a COPY's source is surely meant in the context: relative, and not climbing out."""
    if path.startswith("/") or _PLACEHOLDER.search(path):
        return False
    return not posixpath.normpath(path).startswith("../") and posixpath.normpath(path) != ".."
