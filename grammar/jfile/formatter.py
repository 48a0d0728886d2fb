"""The formatter: canonical layout that changes no meaning, no comment and no cache key."""

from __future__ import annotations

from .errors import SyntaxErrors
from .nodes import Blank, Comment, Directive, JFile, Run
from .printer import keyword, lay_out, unparse
from .source import WHITE_SPACE, Source
from .syntax import parse_source


def format_text(source: str | bytes, name: str = "JFile") -> str:
    """The file in canonical form; formatting it again changes nothing.

    Upper-case keywords, single blanks, one blank line at most, line feeds, no byte order mark. A
    directive on several lines keeps its own: blanks in them may be part of what a shell runs.
    Raises SyntaxErrors.
    """
    text = Source.read(name, source)
    jfile, errors = parse_source(text)
    if errors:
        raise SyntaxErrors(errors, {None: text})
    return lay_out(_outer_items(jfile), lambda node: _layout(node, text))


def _outer_items(jfile: JFile) -> list[Directive | Comment | Blank]:
    """All but the comments between continued lines, which those lines carry themselves."""
    inner = {line for node in jfile.directives for line in range(*_continued(node))}
    return [
        item for item in jfile.items if not (isinstance(item, Comment) and item.span.line in inner)
    ]


def _continued(node: Directive) -> tuple[int, int]:
    return node.span.line + 1, node.span.end_line + 1


def _layout(node: Directive, source: Source) -> str:
    if node.span.line == node.span.end_line:
        return unparse(node)
    first, *more = source.lines[node.span.line - 1 : node.span.end_line]
    head = f"{keyword(node)} {_after_keyword(first, node)}"
    blanks = "\r" if _has_here_document(node) else WHITE_SPACE
    return "\n".join([head, *(line.rstrip(blanks) for line in more)])


def _has_here_document(node: Directive) -> bool:
    """Whether blanks at the end of its lines are data."""
    return (
        isinstance(node, Run)
        and node.command is not None
        and (node.heredoc is not None or "\n" in str(node.command))
    )


def _after_keyword(line: str, node: Directive) -> str:
    return line.strip(WHITE_SPACE)[len(keyword(node)) :].lstrip(WHITE_SPACE)
