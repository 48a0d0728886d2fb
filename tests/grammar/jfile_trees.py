"""Nodes and mistakes as lines of text, for golden files."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

import jfile


def tree(parsed: jfile.JFile) -> str:
    """Each item with its place, and below it the fields that are not as usual."""
    return "".join(f"{line}\n" for item in parsed.items for line in _item(item))


def report(source: jfile.Source, errors: tuple[jfile.Diagnostic, ...]) -> str:
    """Each mistake as a person would see it, and its replacement."""
    return "\n".join("".join(f"{line}\n" for line in _error(source, error)) for error in errors)


def place(span: jfile.Span) -> str:
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def _item(item: jfile.Directive | jfile.Comment | jfile.Blank) -> Iterator[str]:
    yield f"{place(item.span)} {type(item).__name__}"
    for field in attrs.fields(type(item)):
        value = getattr(item, field.name)
        if field.name != "span" and value != field.default:
            yield from _field(field.name, value)


def _field(name: str, value: object) -> Iterator[str]:
    if isinstance(value, tuple) and value and not isinstance(value[0], str):
        for element in value:
            yield from _field(name, element)
    elif isinstance(value, jfile.CacheMount):
        yield f"    {name} {place(value.span)} id={value.id!r}"
        yield from _field("    target", value.target)
    elif isinstance(value, jfile.Text):
        yield f"    {name} {place(value.span)} {' '.join(map(_part, value.parts))}".rstrip()
    else:
        yield f"    {name} {value!r}"


def _part(part: str | jfile.Port | jfile.Common) -> str:
    return repr(part) if isinstance(part, str) else f"{part}@{place(part.span)}"


def _error(source: jfile.Source, error: jfile.Diagnostic) -> Iterator[str]:
    yield f"{place(error.span)} {error.code} {error.name}: {error.message}"
    yield from (f"    {line}".rstrip() for line in jfile.excerpt(source, error.span))
    for name in ("expected", "hint", "replacement"):
        if getattr(error, name) is not None:
            yield f"  {name}: {getattr(error, name)}"
