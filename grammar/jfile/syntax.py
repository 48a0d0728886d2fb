"""One file through the grammar: logical lines to nodes, one line at a time.

A mistake ends its own line only, so one run finds them all.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lark import Lark
from lark.exceptions import UnexpectedToken, VisitError

from . import hints
from .builder import NodeBuilder
from .characters import unreadable
from .errors import Diagnostic
from .foreign import other_language
from .lines import logical_lines
from .logical import LogicalLine
from .nodes import Blank, Comment, Directive, JFile
from .source import Source
from .values import RejectedError


def parse_source(source: Source, file: str | None = None) -> tuple[JFile, tuple[Diagnostic, ...]]:
    """What could be parsed, and every mistake in the order of the text; every span names `file`."""
    items: list[Directive | Comment | Blank] = []
    errors = list(unreadable(source, file))
    for item in logical_lines(source, file):
        result = parse_line(item) if isinstance(item, LogicalLine) else item
        if isinstance(result, Diagnostic):
            errors.append(result)
        else:
            items.append(result)
    if errors and (other := other_language(source, errors, file)):
        return JFile(()), (other,)
    return JFile(tuple(items)), tuple(sorted(errors, key=_position))


def parse_line(line: LogicalLine) -> Directive | Diagnostic:
    """The line's node, or its first mistake."""
    try:
        tree = _grammar().parse(line.text)
        return NodeBuilder(line).transform(tree)
    except UnexpectedToken as error:  # never UnexpectedCharacters: TEXT is any character
        return hints.explain(line, _place(line, error), frozenset(error.expected))
    except VisitError as error:
        if isinstance(error.orig_exc, RejectedError):
            return error.orig_exc.diagnostic
        raise


@cache
def _grammar() -> Lark:
    # No cache=True: Lark would unpickle a file with a predictable name in the shared temp folder.
    grammar = files(__package__).joinpath("jfile.lark").read_text("utf-8")
    return Lark(grammar, start="directive", parser="lalr", maybe_placeholders=False)


def _place(line: LogicalLine, error: UnexpectedToken) -> int:
    """Where in the line the grammar stopped."""
    start = None if error.token.type == "$END" else error.token.start_pos
    return len(line.text) if start is None else start


def _position(diagnostic: Diagnostic) -> tuple[int, int]:
    return diagnostic.span.line, diagnostic.span.column
