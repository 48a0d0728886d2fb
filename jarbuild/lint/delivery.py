"""What COPY and WORKDIR put where in the home, as far as the JFile and its context tell.

RUNs may add anything, so what is not found here may still be there: who asks must look for RUNs.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from attrs import frozen

from jarbuild.lint.context import Context
from jarbuild.lint.paths import in_home, is_folder_like, is_glob, is_in_context
from jarbuild.patterns import PatternError, compile_glob
from jfile import Copy, Directive, Workdir

_DEEPEST = 64
"""Folders above a path that are looked at; deeper ones exist in no project."""
_MOST_SOURCES = 100
"""Sources for one destination that are looked at."""


@frozen
class Source:
    """One source of a COPY; `copies_into` where it goes into a folder under its own name."""

    position: int
    path: str
    copies_into: bool
    is_known: bool  # False where --exclude, a placeholder or a path elsewhere hides what is copied


class Delivery:
    """Built once for a document; `folders` tells since which position each folder exists."""

    def __init__(self, directives: tuple[Directive, ...], context: Context | None) -> None:
        self.folders: dict[str, int] = {}
        self._sources: dict[str, list[Source]] = {}
        self._context = context
        workdir: str | None = ""
        for position, directive in enumerate(directives):
            if isinstance(directive, Workdir):
                workdir = in_home(str(directive.path), "")
                self._note_folder(workdir, position)
            elif isinstance(directive, Copy):
                self._note_copy(directive, position, workdir)

    def origin(self, path: str, before: int) -> str | None:
        """The path in the context of what a COPY before that position has put there, if one has."""
        return next((o for o in self._origins(path, before) if o is not None), None)

    def is_absent(self, path: str, before: int) -> bool:
        """Whether for certain no COPY before that position has put anything there."""
        return next(self._origins(path, before), "") == "" if self._context else False

    def is_folder(self, path: str, before: int) -> bool:
        """Whether for certain it is a folder by then."""
        since = self.folders.get(path)
        if since is not None and since < before:
            return True
        origin = self.origin(path, before)
        return bool(origin and self._context and self._context.kind(origin) == "folder")

    def _origins(self, path: str, before: int) -> Iterator[str | None]:
        """Each source that puts something at `path`; None for one of which that is not known."""
        for folder in (path, *_above(path)):
            for source in self._sources.get(folder, ()):
                if source.position < before:
                    yield from self._origins_in(source, path, folder)

    def _origins_in(self, source: Source, path: str, folder: str) -> Iterator[str | None]:
        context = self._context
        if context is None or not source.is_known:
            yield None
            return
        below = posixpath.relpath(path, folder or ".") if path != folder else ""
        for candidate in _candidates(source, below, context):
            if context.kind(candidate) is not None and not context.is_ignored(candidate):
                yield candidate

    def _note_copy(self, copy: Copy, position: int, workdir: str | None) -> None:
        dest = in_home(str(copy.dest), workdir)
        if dest is None:
            return
        into = is_folder_like(str(copy.dest)) or dest == ""
        for text in copy.sources[:_MOST_SOURCES]:
            path = str(text)
            is_known = is_in_context(path) and not copy.exclude
            if len(self._sources.setdefault(dest, [])) < _MOST_SOURCES:
                self._sources[dest].append(Source(position, path, into, is_known))
            is_folder = self._context is not None and self._context.kind(path) == "folder"
            if into or (is_known and is_folder):
                self._note_folder(dest, position)
        self._note_folder(posixpath.dirname(dest), position)

    def _note_folder(self, path: str | None, position: int) -> None:
        if path is not None:
            for folder in (path, *_above(path)):
                self.folders.setdefault(folder, position)


def _candidates(source: Source, below: str, context: Context) -> Iterator[str]:
    """Where in the context the thing would have to be."""
    if is_glob(source.path):
        first, _, rest = below.partition("/")
        candidate = posixpath.join(posixpath.dirname(source.path), first)
        if first and _matches(source.path, candidate):
            yield posixpath.normpath(posixpath.join(candidate, rest))
    elif context.kind(source.path) == "folder":
        yield posixpath.normpath(posixpath.join(source.path, below))
    elif below == (posixpath.basename(source.path) if source.copies_into else ""):
        yield posixpath.normpath(source.path)


def _matches(pattern: str, path: str) -> bool:
    try:
        return compile_glob(pattern).fullmatch(path) is not None
    except PatternError:
        return False


def _above(path: str) -> Iterator[str]:
    """The folders above a path in the home, nearest first, the home itself last."""
    for _ in range(_DEEPEST):
        if not path:
            return
        path = posixpath.dirname(path)
        yield path
