"""Dockerfiles as people write them, each with the JFile and the notes that become of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarbuild.dockerfile import Converted, convert
from jarbuild.dockerfile.variables import filled, pairs
from jarbuild.lint import brief_warnings
from jarbuild.lint.finding import Severity
from jfile import Source, parse

SHAPES = sorted((Path(__file__).parent / "dockerfiles").glob("*.Dockerfile"))


def converted(path: Path) -> Converted:
    return convert(path.read_bytes(), path.stem)


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_what_becomes_of_it(path: Path, expected) -> None:
    """The JFile, and beside it each thing that is not in it, with the reason."""
    result = converted(path)
    notes = "".join(f"{note.line}: {note.what}: {note.why}\n" for note in result.notes)

    assert result.jfile == expected(path.with_suffix(".jfile"), result.jfile)
    assert notes == expected(path.with_suffix(".notes"), notes)


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_it_parses_and_has_no_error(path: Path) -> None:
    """Every result can be planned at once: no mistake, and nothing that lint calls an error."""
    text = converted(path).jfile
    found = brief_warnings(parse(text, "JFile"), Source.read("JFile", text), has_files=False)

    assert [finding for finding in found if finding.severity is Severity.ERROR] == []


def test_there_are_more_than_forty_shapes() -> None:
    """The collection does not shrink unnoticed."""
    assert len(SHAPES) > 40


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00", id="binary"),
        pytest.param(b"FROM", id="bare-from"),
        pytest.param(b"FROM a\nCOPY\nRUN\nENV\nADD\nCMD\nWORKDIR\nEXPOSE\nVOLUME\n", id="no-words"),
        pytest.param(b"FROM a\nRUN <<EOF\nnever closed", id="open-document"),
        pytest.param(b"FROM a\nRUN echo 'open\n", id="open-quote"),
        pytest.param(b"FROM a AS a\nFROM a\nCOPY --from=b /x /y\nCOPY --from=7 / y\n", id="stage"),
        pytest.param(b"FROM a\nRUN \\\n\\\n\\\n", id="only-escapes"),
        pytest.param(b"FROM a\nCMD [\nENTRYPOINT [1]\nSHELL []\nHEALTHCHECK\n", id="arrays"),
    ],
)
def test_anything_is_converted(content: bytes) -> None:
    """Whatever the text, a JFile that parses comes back."""
    parse(convert(content, "x").jfile, "JFile")


LINES = sorted({line for path in SHAPES for line in path.read_text().splitlines()})
MARKS = st.text("\\\"'$ {}[]<>|&;\n\t=#/-:,*~`", max_size=3)


@given(st.lists(st.tuples(st.sampled_from(LINES), st.integers(0, 40), MARKS), max_size=12))
@settings(max_examples=150, deadline=None)
def test_damaged_dockerfiles(pieces: list[tuple[str, int, str]]) -> None:
    """Lines in any order, with marks put in anywhere, still give a JFile without an error."""
    lines = [line[:at] + marks + line[at:] for line, at, marks in pieces]
    text = convert("\n".join(lines).encode(), "x").jfile
    found = brief_warnings(parse(text, "JFile"), Source.read("JFile", text), has_files=False)

    assert [finding for finding in found if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    "text, value, unknown",
    [
        ("$A-${A}", "1-1", ()),
        ("\\$A", "$A", ()),
        ("${B:-x}${E:-y}${E-z}", "xy", ()),
        ("${A:+set}${B:+set}", "set", ()),
        ("$B$C$B", "", ("B", "C")),
    ],
)
def test_variables(text: str, value: str, unknown: tuple[str, ...]) -> None:
    """Variables are filled in as Docker does it; those that nothing sets are named once."""
    assert filled(text, {"A": "1", "E": ""}) == (value, unknown)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("A=1 B=2", [("A", "1"), ("B", "2")]),
        ("A=\"x y\" B='z'", [("A", "x y"), ("B", "z")]),
        ("A=x\\ y", [("A", "x y")]),
        ("A x y", [("A", "x y")]),
        ("A=", [("A", "")]),
        ("A", []),
    ],
)
def test_pairs(text: str, expected: list[tuple[str, str]]) -> None:
    """Both forms of ENV, without their quotes."""
    assert pairs(text) == expected
