"""`jarbuild fmt` and what it takes for a JFile."""

from __future__ import annotations

import io
import stat
import sys

import pytest

UGLY = "tag   x\n\n\n\nrun  make\n"
NICE = "TAG x\n\nRUN make\n"


def test_formats_in_place(project) -> None:
    """A file that is not canonical is replaced, its mode kept; others are left alone."""
    here = project({"JFile": UGLY, "sub/web.jfile": NICE, "sub/notes.txt": UGLY})
    (here.folder / "JFile").chmod(0o640)
    untouched = (here.folder / "sub/web.jfile").stat()
    outcome = here.run("fmt")

    assert (outcome.exit, outcome.out) == (0, "formatted JFile\n")
    assert here.read("JFile") == NICE
    assert stat.S_IMODE((here.folder / "JFile").stat().st_mode) == 0o640
    assert (here.folder / "sub/web.jfile").stat() == untouched
    assert here.read("sub/notes.txt") == UGLY


def test_a_link_stays_a_link(project) -> None:
    """A JFile that is a symlink is formatted where it lies."""
    here = project({"real": UGLY})
    (here.folder / "JFile").symlink_to("real")
    here.run("fmt", "JFile")

    assert (here.folder / "JFile").is_symlink()
    assert here.read("real") == NICE


@pytest.mark.parametrize(
    "text, code, said",
    [
        pytest.param(UGLY, 1, "would change JFile\n", id="ugly"),
        pytest.param(NICE, 0, "", id="nice"),
    ],
)
def test_check(project, text: str, code: int, said: str) -> None:
    """`--check` writes nothing and exits with 1 where something would change."""
    here = project({"JFile": text})
    outcome = here.run("fmt", "--check")

    assert (outcome.exit, outcome.out, here.read("JFile")) == (code, said, text)


@pytest.mark.parametrize("text, code", [(UGLY, 1), (NICE, 0)], ids=["ugly", "nice"])
def test_check_of_stdin(project, monkeypatch: pytest.MonkeyPatch, text: str, code: int) -> None:
    """`--check -` judges standard input and does not echo it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    outcome = project().run("fmt", "--check", "-")

    assert outcome.exit == code
    assert NICE not in outcome.out


def test_diff(project) -> None:
    """`--diff` shows what would change, and writes nothing."""
    here = project({"JFile": "tag x\nRUN make\n"})
    outcome = here.run("fmt", "--diff")

    assert outcome.out.splitlines() == [
        "--- JFile",
        "+++ JFile (formatted)",
        "@@ -1,3 +1,3 @@",
        "-tag x",
        "+TAG x",
        " RUN make",
        " ",
    ]
    assert (outcome.exit, here.read("JFile")) == (0, "tag x\nRUN make\n")


def test_stdin(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` formats standard input to standard output."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UGLY.encode())))
    outcome = project().run("fmt", "-")

    assert (outcome.exit, outcome.out) == (0, NICE)


def test_a_wrong_file_does_not_stop_the_others(project) -> None:
    """Each file that is no JFile is told, the rest is formatted, and the exit code is 2."""
    here = project({"a/JFile": "COPPY x\n", "b/JFile": UGLY})
    outcome = here.run("fmt")

    assert (outcome.exit, outcome.out) == (2, "formatted b/JFile\n")
    assert "--> a/JFile:1:1" in outcome.err


@pytest.mark.parametrize(
    "words, code, said",
    [
        pytest.param([], 0, "no JFile found\n", id="nothing-there"),
        pytest.param(
            ["nope"],
            2,
            "error[usage]: there is no nope\n  = help: PATH is a JFile, a folder of them, or -\n",
            id="no-such-path",
        ),
    ],
)
def test_nothing_to_format(project, words: list[str], code: int, said: str) -> None:
    """A folder without JFiles is fine, a path that is not there is a mistake."""
    outcome = project().run("fmt", *words)

    assert (outcome.exit, outcome.out, outcome.err) == (code, "", said)
