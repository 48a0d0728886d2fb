"""Text on a screen: widths, quantities, the plan's table, control characters."""

from __future__ import annotations

import pytest
from attrs import evolve
from story import PLAN

from jarbuild.display.columns import cells, fitted, table
from jarbuild.display.controls import escaped, one_line, stripped_but_coloured
from jarbuild.display.palette import PLAIN, Palette
from jarbuild.display.plans import plan_lines
from jarbuild.display.quantities import counted, seconds, size


@pytest.mark.parametrize(
    "value, text",
    [
        (0.0, "0.0 s"),
        (0.83, "0.8 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (41.4, "41 s"),
        (59.7, "1 min 0 s"),
        (125, "2 min 5 s"),
        (10920, "3 h 2 min"),
    ],
)
def test_seconds(value: float, text: str) -> None:
    """Times are as exact as one wants to read them."""
    assert seconds(value) == text


@pytest.mark.parametrize(
    "count, text",
    [(0, "0 B"), (999, "999 B"), (1234, "1.2 kB"), (34_000_000, "34 MB"), (5.6e12, "5.6 TB")],
)
def test_size(count: float, text: str) -> None:
    """Sizes are powers of 1000."""
    assert size(count) == text


@pytest.mark.parametrize("count, text", [(0, "0 steps"), (1, "1 step"), (2, "2 steps")])
def test_counted(count: int, text: str) -> None:
    """One is not many."""
    assert counted(count, "step") == text


@pytest.mark.parametrize(
    "text, width, shown",
    [
        pytest.param("short", 10, "short", id="fits"),
        pytest.param("much too long", 10, "much to...", id="cut"),
        pytest.param("日本語日本語", 9, "日本語...", id="wide-characters"),
        pytest.param("abc", 2, "..", id="no-room"),
        pytest.param("abc", 0, "", id="none"),
    ],
)
def test_fitted(text: str, width: int, shown: str) -> None:
    """What does not fit is cut by columns, not by characters."""
    assert fitted(text, width) == shown
    assert cells(shown) <= width


def test_table_aligns_wide_characters() -> None:
    """Columns stay columns where a name is in another script."""
    first, second = table([("日本", "x"), ("abcd", "y")])

    assert cells(first[: first.index("x")]) == cells(second[: second.index("y")])


@pytest.mark.parametrize("width", [40, 60, 79, 80, 160])
def test_the_plan_fits(width: int) -> None:
    """No line of a plan is wider than the terminal, and every verdict is on it."""
    lines = plan_lines(PLAN, PLAIN, width)

    assert max(map(cells, lines)) <= width
    assert sum(" cached " in line for line in lines) >= 2
    assert any("command changed" in line for line in lines)


def test_a_narrow_plan() -> None:
    """Where the table does not fit the reason has a line of its own."""
    assert plan_lines(evolve(PLAN, warnings=(), jar=None), PLAIN, 62) == [
        "app/JFile into a new jar",
        "",
        " 1 cached COPY package.json ./",
        "   unchanged; last took 0.5 s",
        " 2 cached RUN npm ci",
        "   unchanged; last took 40 s",
        " 3 run    RUN make all",
        "   command changed: all instead of bundle; last took 2.0 s",
        "",
        "2 cached, 1 to run (2.0 s last time)",
    ]


def test_a_plan_without_steps() -> None:
    """A JFile that does nothing to the home has a plan too."""
    assert plan_lines(evolve(PLAN, steps=(), warnings=()), PLAIN) == [
        "app/JFile into jar gjar001",
        "",
        "0 cached, nothing to run",
    ]


def test_verdicts_are_coloured() -> None:
    """Colours are put around the verdict and move nothing."""
    coloured = plan_lines(PLAN, Palette(enabled=True))

    assert "\x1b[32mcached\x1b[0m" in coloured[3]
    assert "\x1b[1;33mrun\x1b[0m" in coloured[5]


@pytest.mark.parametrize(
    "text, shown",
    [
        pytest.param("a\x1b[31mb", "a\\x1b[31mb", id="sequence"),
        pytest.param("a\u202eb\u2028c", "a\\u202eb\\u2028c", id="direction"),
        pytest.param("a\r\x00\x9b", "a\\x0d\\x00\\x9b", id="controls"),
        pytest.param("two\nlines\tand", "two\nlines\tand", id="layout-stays"),
    ],
)
def test_names_are_shown_harmless(text: str, shown: str) -> None:
    """A control character in a name is seen, and does nothing."""
    assert escaped(text) == shown


@pytest.mark.parametrize(
    "text, shown",
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m\x1b[0m", id="colour"),
        pytest.param("\x1b[31mred", "\x1b[31mred\x1b[0m", id="colour-without-end"),
        pytest.param("\x1b[31m\x1b[2Jx", "\x1b[31mx\x1b[0m", id="colour-and-more"),
        pytest.param("\x1b[?25lx", "x", id="cursor"),
    ],
)
def test_only_colours_pass(text: str, shown: str) -> None:
    """Of everything that steers a terminal only colours pass, and they end with the line."""
    assert stripped_but_coloured(text) == shown


@pytest.mark.parametrize(
    "text, shown",
    [
        pytest.param("RUN a \\\n      b", "RUN a b", id="continuation"),
        pytest.param("RUN <<EOF\na\nEOF", "RUN <<EOF ...", id="heredoc"),
        pytest.param("", "", id="empty"),
    ],
)
def test_one_line(text: str, shown: str) -> None:
    """A directive on several lines is shown on one."""
    assert one_line(text) == shown
