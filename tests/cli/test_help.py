"""Help: every command has it, on one screen, with examples."""

from __future__ import annotations

import pytest

from jarbuild import commands
from jarbuild.commands import jars

SCREEN_LINES = 24
SCREEN_COLUMNS = 80

JARBUILD = [(), *((word,) for word in commands.MODULES)]
GENIEJARS = [(), *((word,) for word in jars.MODULES)]


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(SCREEN_COLUMNS))


def assert_fits(text: str) -> None:
    lines = text.splitlines()
    assert len(lines) <= SCREEN_LINES
    assert max(map(len, lines)) <= SCREEN_COLUMNS
    assert len(lines) - lines.index("examples:") >= 2 + 1


@pytest.mark.parametrize("words", JARBUILD, ids=" ".join)
def test_jarbuild(project, words: tuple[str, ...]) -> None:
    """Help of `jarbuild` and its commands fits a screen and shows two examples."""
    outcome = project().run(*words, "--help")

    assert (outcome.exit, outcome.err) == (0, "")
    assert_fits(outcome.out)


@pytest.mark.parametrize("words", GENIEJARS, ids=" ".join)
def test_geniejars(project, words: tuple[str, ...]) -> None:
    """Help of `geniejars` and its commands fits a screen and shows two examples."""
    outcome = project().jars(*words, "--help")

    assert (outcome.exit, outcome.err) == (0, "")
    assert_fits(outcome.out)


@pytest.mark.parametrize("words", [[], ["help"], ["-h"]], ids=" ".join)
def test_all_commands(project, words: list[str]) -> None:
    """`geniejars` alone lists every command."""
    outcome = project().jars(*words)
    listed = jars.HELP.replace(",", " ").split()

    assert outcome.out == jars.HELP + "\n"
    assert [word for word in jars.MODULES if word not in listed] == []


@pytest.mark.parametrize(
    "words, message",
    [
        pytest.param(["allok"], "did you mean alloc?", id="near"),
        pytest.param(["zzz"], "see geniejars --help", id="like-nothing"),
        pytest.param(["status", "--jsn"], "did you mean --json?", id="option"),
        pytest.param(["free", "a", "b"], "one argument too many: b", id="too-many"),
        pytest.param(["app", "upp"], "did you mean up?", id="action"),
    ],
)
def test_wrong_words(project, words: list[str], message: str) -> None:
    """A mistyped word is exit 2 and the nearest that exists."""
    outcome = project().jars(*words)

    assert (outcome.exit, outcome.out) == (2, "")
    assert message in outcome.err


@pytest.mark.parametrize("program", ["run", "jars"])
def test_version(project, program: str) -> None:
    """Both commands say their version."""
    outcome = getattr(project(), program)("--version")

    assert outcome.exit == 0
    assert outcome.out.split()[1][0].isdigit()


@pytest.mark.parametrize(
    "program, words",
    [("run", []), ("run", ["lint"]), ("jars", []), ("jars", ["exec"])],
    ids=["jarbuild", "jarbuild-lint", "geniejars", "geniejars-exec"],
)
def test_help_as_a_word(project, program: str, words: list[str]) -> None:
    """`help`, alone or before a command, is what --help is."""
    ask = getattr(project(), program)

    assert ask("help", *words) == ask(*words, "--help")
