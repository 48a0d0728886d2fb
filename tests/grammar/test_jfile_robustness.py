"""Whatever the bytes: nodes or a list of mistakes, in time linear in their number."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import jfile_strategies
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jfile

ANY_BYTES = st.binary(max_size=200) | jfile_strategies.any_file.map(str.encode)
MEGABYTES = 10


@given(ANY_BYTES)
def test_any_bytes_give_nodes_or_mistakes(content: bytes) -> None:
    """Nothing but SyntaxErrors is ever raised, and each mistake can be shown."""
    try:
        jfile.parse(content)
    except jfile.SyntaxErrors as errors:
        for error in errors.errors:
            assert error.span.line <= max(1, len(errors.source.lines))
            assert all(len(line) <= 60 for line in jfile.excerpt(errors.source, error.span, 60))
            assert _is_harmless(f"{error.message}{error.expected}{error.hint}")


def _is_harmless(text: str) -> bool:
    """Whether a terminal only shows it."""
    return all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text)


@given(st.text(st.characters(categories=["Cs", "Cc", "L"]), max_size=50))
def test_any_string_gives_nodes_or_mistakes(text: str) -> None:
    """Lone surrogates, which a Python string may hold, are mistakes too."""
    _, errors = jfile.parse_tolerant(text)

    assert all(isinstance(error, jfile.Diagnostic) for error in errors)


@given(ANY_BYTES, ANY_BYTES)
def test_mistakes_come_in_the_order_of_the_text(one: bytes, other: bytes) -> None:
    """Whoever reads the list reads the file from top to bottom."""
    _, errors = jfile.parse_tolerant(one + b"\n" + other)

    places = [(error.span.line, error.span.column) for error in errors]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("RUN " + "x" * MEGABYTES * 1_000_000, id="one-word"),
        pytest.param("RUN " + "$" * MEGABYTES * 1_000_000, id="dollars"),
        pytest.param("COPY " + "a " * 30_000, id="words"),
        pytest.param("RUN " + "${PORT(1)}" * 30_000, id="placeholders"),
        pytest.param("ENV A=${PORT(" + "9" * 1_000_000 + ")}", id="digits"),
        pytest.param("CMD [" + '"a",' * 30_000 + '"a"]', id="array"),
        pytest.param('CMD ["' + "\\n" * 1_000_000 + '"]', id="escapes"),
        pytest.param("CMD " + "[" * 1_000_000, id="nesting"),
        pytest.param("RUN [ " + '"a" ' * 1_000_000, id="shell-test"),
        pytest.param("HEALTHCHECK " + "--a" * 1_000_000, id="flags"),
        pytest.param("RUN " + "'\"" * 1_000_000 + " <<EOF", id="quotes"),
        pytest.param("RUN " + "((" * 1_000_000 + " <<EOF", id="arithmetic"),
        pytest.param(" " * 10_000_000, id="blanks"),
        pytest.param("x" * 1_000_000, id="unknown-word"),
        pytest.param("\0" * 1_000_000, id="nul"),
    ],
)
def test_a_line_of_megabytes_is_read(line: str) -> None:
    """A huge line takes seconds at most, not minutes and not all memory."""
    start = time.process_time()

    _, errors = jfile.parse_tolerant(line)
    for error in errors:
        jfile.excerpt(jfile.Source.read("JFile", line), error.span)

    assert time.process_time() - start < 5


SHAPES: dict[str, Callable[[int], str]] = {
    "directives": lambda n: "RUN npm ci\n" * n,
    "mistakes": lambda n: "".join(f"R{i} x\n" for i in range(n)),
    "unclosed-heredocs": lambda n: "RUN <<EOF\n" * n,
    "unclosed-heredocs-indented": lambda n: "RUN <<EOF\n EOF\n" * n,
    "one-heredoc": lambda n: "RUN <<EOF\n" + "x\n" * n + "EOF\n",
    "continuation": lambda n: "RUN a \\\n" * n,
    "comments-after-backslash": lambda n: "RUN a \\\n" + "# c\n" * n,
    "continued-env": lambda n: "ENV A=1 \\\n" + "B=2 \\\n" * n,
    "blank-lines": lambda n: "\n" * n,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_cost_per_line_is_flat(shape: str) -> None:
    """Sixteen times the lines take about sixteen times the time."""
    few, many = _seconds(SHAPES[shape](500)), _seconds(SHAPES[shape](8000))

    assert many < few * 16 * 3


def _seconds(text: str) -> float:
    """The shortest of three, with a floor below which the clock measures nothing."""
    return max(0.005, min(_once(text) for _ in range(3)))


def _once(text: str) -> float:
    start = time.process_time()
    jfile.parse_tolerant(text)
    return time.process_time() - start
