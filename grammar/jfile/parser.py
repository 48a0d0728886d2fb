"""The parser's door: text in, nodes or every mistake out."""

from __future__ import annotations

from collections.abc import Callable

from .errors import Diagnostic, SyntaxErrors
from .includes import parse_includes
from .nodes import JFile
from .source import Source
from .syntax import parse_source


def parse(
    source: str | bytes,
    name: str = "JFile",
    include: Callable[[str], bytes] | None = None,
) -> JFile:
    """The JFile in `source`; with `include`, the files that it includes in place of its INCLUDEs.

    Raises SyntaxErrors with every mistake found. See `resolve_includes` for `include`.
    """
    text = Source.read(name, source)
    jfile, errors = parse_source(text)
    if include is not None:
        return parse_includes(jfile, errors, include, text)
    if errors:
        raise SyntaxErrors(errors, {None: text})
    return jfile


def parse_tolerant(
    source: str | bytes, name: str = "JFile"
) -> tuple[JFile, tuple[Diagnostic, ...]]:
    """What could be parsed, INCLUDEs unresolved, and every mistake. Never raises."""
    return parse_source(Source.read(name, source))
