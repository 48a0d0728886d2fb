"""Edits that rules offer: single values, and whole lines that move."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import Edit, Fix
from jfile import Directive, Span


def replace(description: str, span: Span, text: str, *, is_safe: bool = False) -> Fix:
    """One value is written anew."""
    return Fix(description, (Edit(span, text),), is_safe)


def delete(description: str, directive: Directive, *, is_safe: bool = False) -> Fix:
    """The directive's lines disappear."""
    return Fix(description, (Edit(whole_lines(directive.span), ""),), is_safe)


def insert_above(document: Document, description: str, below: Directive, line: str) -> Fix:
    return Fix(description, (_above(document, below, line),))


def move_above(document: Document, description: str, moved: Directive, target: Directive) -> Fix:
    """The moved directive's lines come to stand right above the target's."""
    text = _lines(document, moved)
    return Fix(description, (_above(document, target, text), Edit(whole_lines(moved.span), "")))


def move_below(document: Document, description: str, moved: Directive, target: Directive) -> Fix:
    """The moved directive's lines come to stand right below the target's."""
    end = len(document.line(target.span.end_line)) + 1
    place = Span(target.span.end_line, end, target.span.end_line, end)
    text = document.newline + _lines(document, moved)
    return Fix(description, (Edit(whole_lines(moved.span), ""), Edit(place, text)))


def split_lines(document: Document, description: str, directive: Directive, *lines: str) -> Fix:
    """The directive becomes several."""
    return replace(description, directive.span, document.newline.join(lines))


def whole_lines(span: Span) -> Span:
    """From the start of the first line to the start of the line below the last."""
    return Span(span.line, 1, span.end_line + 1, 1)


def _above(document: Document, below: Directive, text: str) -> Edit:
    place = Span(below.span.line, 1, below.span.line, 1)
    return Edit(place, text + document.newline)


def _lines(document: Document, directive: Directive) -> str:
    numbers = range(directive.span.line, directive.span.end_line + 1)
    return document.newline.join(map(document.line, numbers))
