"""Excerpts: the caret stands below what is wrong, whatever the characters before it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import jfile


def draw(text: str, line: int, column: int, end_column: int, width: int = 100) -> list[str]:
    source = jfile.Source.read("JFile", text)
    return jfile.excerpt(source, jfile.Span(line, column, line, end_column), width)


@pytest.mark.parametrize(
    ("text", "column", "end", "expected"),
    [
        pytest.param("RNU x", 1, 4, ["1 | RNU x", "  | ^^^"], id="plain"),
        pytest.param("a\tb", 3, 4, ["1 | a   b", "  |     ^"], id="tab"),
        pytest.param("文件 b", 4, 5, ["1 | 文件 b", "  |      ^"], id="wide"),
        pytest.param("e\u0301 b", 4, 5, ["1 | e\u0301 b", "  |   ^"], id="combining"),
        pytest.param("a\x1b[0m", 2, 3, ["1 | a␛[0m", "  |  ^"], id="escape"),
        pytest.param("a\u202eb", 3, 4, ["1 | a\ufffdb", "  |   ^"], id="bidirectional"),
        pytest.param("a\x7f", 2, 3, ["1 | a␡", "  |  ^"], id="delete"),
        pytest.param("TAG", 4, 4, ["1 | TAG", "  |    ^"], id="empty-span-at-the-end"),
        pytest.param("a\r", 2, 2, ["1 | a", "  |  ^"], id="carriage-return"),
        pytest.param("", 1, 1, ["1 | ", "  | ^"], id="empty-file"),
    ],
)
def test_carets_stand_below_the_span(text: str, column: int, end: int, expected: list[str]) -> None:
    """Tabs, wide and combining characters and pictures of controls do not shift them."""
    assert draw(text, 1, column, end) == expected


def test_three_lines_of_a_longer_span_are_shown() -> None:
    """The carets stand below the first, numbers are aligned."""
    source = jfile.Source.read("JFile", "\n" * 8 + "RUN a \\\n  b \\\n  c \\\n  d\n")

    lines = jfile.excerpt(source, jfile.Span(9, 5, 12, 4))

    assert lines == [" 9 | RUN a \\", "   |     ^^^", "10 |   b \\", "11 |   c \\"]


def test_a_long_line_is_cut_around_the_span() -> None:
    """What is wrong is seen, with a little of what stands before it."""
    text = "RUN " + "a" * 500 + " HERE " + "b" * 500

    shown, carets = draw(text, 1, 506, 510, 60)

    assert shown.startswith("1 | …aaa")
    assert shown.endswith("bbb…")
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "HERE"


@given(
    st.text(max_size=300),
    st.integers(1, 300),
    st.integers(0, 50),
    st.integers(20, 120),
)
@example("0" * 16, 17, 0, 20)  # fits to the column, and the caret stands behind it
def test_no_line_is_wider_than_asked(text: str, column: int, length: int, width: int) -> None:
    """And none holds a character that a terminal would act on."""
    line = text.replace("\n", " ")
    column = min(column, len(line) + 1)

    for shown in draw(line, 1, column, min(column + length, len(line) + 1), width):
        assert sum(_columns(character) for character in shown) <= width
        assert all(unicodedata.category(c) not in ("Cc", "Cf") for c in shown)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
