"""Every construct and every mistake of the language, each in a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from jfile_trees import report, tree

import jfile

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.jfile"))
MISTAKES = sorted((HERE / "bad").glob("*.jfile"))

# One finding for the whole file, whatever else is in it.
NO_JFILES = {"binary", "utf-16"} | {p.stem for p in MISTAKES if p.stem.startswith(("a-", "an-"))}

Expected = Callable[[Path, str], str]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_written_becomes_these_nodes(path: Path, expected: Expected) -> None:
    """A construct gives exactly these nodes at exactly these places."""
    actual = tree(jfile.parse(path.read_bytes()))

    assert actual == expected(path.with_suffix(".tree"), actual)


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_explained(path: Path, expected: Expected) -> None:
    """A mistake is shown at its place, with what was expected and what was probably meant."""
    with pytest.raises(jfile.SyntaxErrors) as caught:
        jfile.parse(path.read_bytes())

    actual = report(caught.value.source, caught.value.errors)
    assert actual == expected(path.with_suffix(".err"), actual)


@pytest.mark.parametrize(
    "path", [path for path in MISTAKES if path.stem not in NO_JFILES], ids=lambda path: path.stem
)
def test_a_mistake_hides_no_other(path: Path) -> None:
    """What is wrong with a file is reported whatever wrong line stands before it."""
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")

    alone = jfile.parse_tolerant(content)[1]
    behind = jfile.parse_tolerant(b"FROBNICATE\n" + content)[1]

    assert [error.message for error in behind[1:]] == [error.message for error in alone]


def test_there_are_more_than_sixty_mistakes() -> None:
    """The table of mistakes does not shrink unnoticed."""
    assert len(MISTAKES) > 60
