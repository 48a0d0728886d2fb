"""Printing and formatting keep what a file means, whatever the file."""

from __future__ import annotations

import jfile_strategies
from hypothesis import assume, given

import jfile

# Equality of nodes leaves spans out: two files are equal if they mean the same.


def meaning(parsed: jfile.JFile) -> tuple[jfile.Directive, ...]:
    return parsed.directives


def comments(parsed: jfile.JFile) -> list[str]:
    return [item.text for item in parsed.items if isinstance(item, jfile.Comment)]


def parsed_or_skipped(text: str) -> jfile.JFile:
    parsed, errors = jfile.parse_tolerant(text)
    assume(not errors)
    return parsed


@given(jfile_strategies.well_formed)
def test_well_formed_files_parse(text: str) -> None:
    """The generator of well-formed files makes no others, so the tests below do test something."""
    jfile.parse(text)


@given(jfile_strategies.well_formed | jfile_strategies.any_file)
def test_printing_keeps_meaning_and_comments(text: str) -> None:
    """A printed file parses to the same directives and comments."""
    parsed = parsed_or_skipped(text)

    again = jfile.parse(jfile.unparse(parsed))

    assert meaning(again) == meaning(parsed)
    assert comments(again) == comments(parsed)


@given(jfile_strategies.well_formed | jfile_strategies.any_file)
def test_a_directive_alone_keeps_its_meaning(text: str) -> None:
    """Each directive can be printed by itself."""
    for node in parsed_or_skipped(text).directives:
        assert jfile.parse(jfile.unparse(node)).directives == (node,)


@given(jfile_strategies.well_formed | jfile_strategies.any_file)
def test_formatting_keeps_meaning_and_comments(text: str) -> None:
    """A formatted file parses to the same directives and comments."""
    parsed = parsed_or_skipped(text)

    again = jfile.parse(jfile.format_text(text))

    assert meaning(again) == meaning(parsed)
    assert comments(again) == comments(parsed)


@given(jfile_strategies.well_formed | jfile_strategies.any_file)
def test_formatting_twice_changes_nothing_more(text: str) -> None:
    """The formatter is idempotent."""
    parsed_or_skipped(text)

    once = jfile.format_text(text)

    assert jfile.format_text(once) == once


@given(jfile_strategies.well_formed | jfile_strategies.any_file)
def test_every_value_stands_where_its_span_says(text: str) -> None:
    """A literal value on one line is the text between its columns."""
    lines = text.removeprefix("\ufeff").split("\n")
    for node in parsed_or_skipped(text).directives:
        if isinstance(node, jfile.Env | jfile.Tag | jfile.Workdir | jfile.Depend):
            for value in jfile.texts(node):
                line = lines[value.span.line - 1]
                written = line[value.span.column - 1 : value.span.end_column - 1]
                assert written.replace("PORT(02)", "PORT(2)") == str(value)


def test_a_here_document_keeps_its_word() -> None:
    """What a plan shows of it is what was written: quotes, `-` and the word that ends it."""
    text = "RUN <<-'END'\nmake\nEND\n"

    assert jfile.unparse(jfile.parse(text)) == text
