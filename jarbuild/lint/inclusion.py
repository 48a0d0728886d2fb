"""What a JFile includes, where its context is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from jarbuild.lint.context import Context
from jfile import Diagnostic, Directive, Include, JFile, Source, SyntaxErrors, resolve_includes


@frozen
class Inclusion:
    """The directives of all files; those of the file alone where one of the others is not known."""

    directives: tuple[Directive, ...]
    sources: Mapping[str | None, Source]
    errors: tuple[Diagnostic, ...] = ()


class _UnknownError(Exception):
    """A file below `${COMMON}`, which is somewhere else on every machine."""


def included(jfile: JFile, source: Source, context: Context | None) -> Inclusion:
    """Follows every INCLUDE if that can be done; otherwise the mistakes that were met."""
    sources: dict[str | None, Source] = {None: source}
    alone = Inclusion(jfile.directives, sources)
    if context is None or not any(isinstance(d, Include) for d in jfile.directives):
        return alone

    def read(path: str) -> bytes:
        if path.startswith("${COMMON}"):
            raise _UnknownError
        content = _content(path)
        sources[path] = Source.read(path, content)
        return content

    try:
        whole = resolve_includes(jfile, read, source)
    except _UnknownError:
        return alone
    except SyntaxErrors as errors:
        return Inclusion(jfile.directives, errors.sources, errors.errors)
    return Inclusion(whole.directives, sources)


def _content(path: str) -> bytes:
    """A device or a pipe would never come to its end."""
    try:
        file = Path(path)
        if file.exists() and not file.is_file():
            raise OSError("not a regular file")
        return file.read_bytes()
    except ValueError as error:  # no file can have such a name
        raise OSError(str(error)) from error
