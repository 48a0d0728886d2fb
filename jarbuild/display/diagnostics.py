"""Problems as text, the way compilers show them: message, place, excerpt with carets, help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from geniejars import Place
from jarbuild.display.controls import escaped
from jarbuild.display.palette import Palette
from jarbuild.problems import Problem

WIDTH = 100
"""Columns of an excerpt where no terminal says how many there are."""


def render(problems: Iterable[Problem], palette: Palette, width: int | None = None) -> str:
    """All of them, a blank line between two; no control character of theirs passes."""
    return "\n\n".join("\n".join(_lines(p, palette, width or WIDTH)) for p in problems)


def _lines(problem: Problem, palette: Palette, width: int) -> Iterator[str]:
    yield _headline(problem, palette)
    margin = " "
    if problem.place is not None:
        excerpt = _excerpt(problem, width)
        margin = " " * _margin(excerpt)
        yield f"{margin}{palette.accent('-->')} {_location(problem.place)}"
        yield from _framed(excerpt, palette)
    for label, sentence in problem.notes:
        yield f"{margin} {palette.accent('=')} {palette.strong(label)}: {escaped(sentence)}"


def _headline(problem: Problem, palette: Palette) -> str:
    if problem.message == problem.code:  # `interrupted` needs no more words
        return problem.message
    paint = palette.bad if problem.severity == "error" else palette.warning
    head = paint(f"{problem.severity}[{problem.code}]")
    return f"{head}: {palette.strong(escaped(problem.message))}"


def _location(place: Place) -> str:
    return f"{escaped(place.file)}:{place.line}:{place.column}"


def _excerpt(problem: Problem, width: int) -> list[str]:
    """The place's lines with carets below; empty where they could not be read."""
    from jfile import Span, excerpt

    place, source = problem.place, problem.source
    if place is None or source is None or place.line > len(source.lines):
        return []
    end_line = place.end_line or place.line
    end_column = place.end_column or len(source.lines[end_line - 1].rstrip()) + 1
    return excerpt(source, Span(place.line, place.column, end_line, end_column), width)


def _margin(excerpt: list[str]) -> int:
    return excerpt[0].index(" | ") if excerpt else 1


def _framed(excerpt: list[str], palette: Palette) -> Iterator[str]:
    """The excerpt under an empty line of its margin, its numbers and carets coloured."""
    if not excerpt:
        return
    yield palette.accent(" " * _margin(excerpt) + " |")
    for index, line in enumerate(excerpt):
        margin, _, text = line.partition(" | ")
        shown = palette.bad(text) if index == 1 else text
        yield f"{palette.accent(margin + ' |')} {shown}".rstrip()
