"""Where things of an image lie in a home: `/app` is `app`, and homes of users are the home."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable

# What the machine itself has. Everything else in an image was put there for the app.
_SYSTEM = frozenset((
    "bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "media", "mnt", "proc", "run", "sbin",
    "sys", "tmp", "usr", "var",
))  # fmt: skip
_OWN = re.compile(r"/usr/(?:src|local)(?=/|\Z)")
_USER_HOME = re.compile(r"(?:/root|/home/(?:[\w.-]+|\$\{?\w+\}?)|~|\$HOME|\$\{HOME\})(?=/|\Z)")
_ABSOLUTE = re.compile(
    r"""(?<![^\s"'=:,;(|&><])/(?:home/\$\{?\w+\}?|[A-Za-z][\w.-]*)(?:/[\w.@+-]+)*/?"""
)
_SHARED = frozenset((
    "/usr/local/bin", "/usr/bin", "/usr/local/etc", "/etc", "/tmp", "/usr/local",  # noqa: S108
))  # fmt: skip


def absolute(path: str, workdir: str) -> str:
    """A path of the image, from its root."""
    if _USER_HOME.match(path):
        path = _USER_HOME.sub("/root", path, count=1)
    return posixpath.normpath(posixpath.join("/", workdir, path))


def inside(path: str) -> str:
    """The place in the home of an absolute path of the image; empty for the home itself."""
    return _USER_HOME.sub("", path, count=1).strip("/")


def relative(path: str, workdir: str) -> str:
    """The same from a folder of the image."""
    return posixpath.relpath(f"/{inside(path)}", f"/{inside(workdir)}")


def is_system(path: str) -> bool:
    """Whether the machine has such a place of its own."""
    if not path.startswith("/") or _OWN.match(path):
        return False
    return path.strip("/").partition("/")[0] in _SYSTEM


def is_within(path: str, places: Iterable[str]) -> bool:
    """Whether the path is one of the places, or lies in one."""
    path = path.rstrip("/")
    return any(path == p or path.startswith(f"{p.rstrip('/')}/") for p in places if p.strip("/"))


def is_shared(path: str) -> bool:
    """Whether the image's own files lie there beside the app's."""
    return path.rstrip("/") in ("", *_SHARED)


def moved(text: str, made: Collection[str]) -> str:
    """Shell text in which the places of the app begin with $HOME; single quotes are left alone."""
    pieces = re.split(r"('[^']*')", text)
    return "".join(
        piece if piece.startswith("'") else _ABSOLUTE.sub(lambda m: _moved(m[0], made), piece)
        for piece in pieces
    )


def _moved(path: str, made: Iterable[str]) -> str:
    if is_system(path) and not is_within(path, made):
        return path
    place = inside(path)
    slash = "/" if path.endswith("/") and place else ""
    return f"$HOME/{place}{slash}" if place else "$HOME"
