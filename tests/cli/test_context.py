"""`jarbuild context`."""

from __future__ import annotations

import os

import pytest

FILES = {
    "JFile": "TAG x\n",
    ".jarignore": "# what is made\n*.log\nbuild\n!build/keep.txt\n",
    "a.py": "",
    "a.log": "",
    "src/b.py": "",
    "src/b.log": "",
    "build/out.o": "",
    "build/keep.txt": "",
    ".geniejars-selected": "jar001\n",
}


@pytest.mark.parametrize("path", [[], ["."], ["JFile"]], ids=["none", "folder", "file"])
def test_lists_what_copy_sees(project, path: list[str]) -> None:
    """Every file that is not left out, sorted by its bytes."""
    outcome = project(FILES).run("context", *path)

    assert outcome.exit == 0
    assert outcome.out.splitlines() == [
        ".jarignore",
        "JFile",
        "a.py",
        "build/keep.txt",
        "src/b.log",
        "src/b.py",
    ]


def test_odd_files(project) -> None:
    """Links are copied as links, fifos are not, and names need not be UTF-8."""
    here = project({"a": ""})
    (here.folder / "link").symlink_to("nowhere")
    os.mkfifo(here.folder / "fifo")
    (here.folder / os.fsdecode(b"\xff")).write_text("")

    assert here.run("context").out.splitlines() == ["a", "link", "\udcff"]


@pytest.mark.parametrize(
    "file, said",
    [
        pytest.param("a.log", "a.log is left out: .jarignore:2: *.log", id="pattern"),
        pytest.param("build/out.o", "build/out.o is left out: .jarignore:3: build", id="folder"),
        pytest.param(
            "build/keep.txt", "build/keep.txt is seen: .jarignore:4: !build/keep.txt", id="back"
        ),
        pytest.param("./a.py", "./a.py is seen: no line of .jarignore matches it", id="none"),
        pytest.param(
            ".geniejars-selected",
            ".geniejars-selected is left out: it is never part of a context",
            id="selection",
        ),
        pytest.param(
            "c.log", "c.log is left out: .jarignore:2: *.log (c.log does not exist)", id="absent"
        ),
    ],
)
def test_why(project, file: str, said: str) -> None:
    """The line that decides is named by its number."""
    assert project(FILES).run("context", "--why", file).out == f"{said}\n"


def test_a_wrong_ignore_file(project) -> None:
    """A line that is no pattern is an error with its place."""
    outcome = project({".jarignore": "a\n!\n"}).run("context")

    assert outcome.exit == 2
    assert "--> ./.jarignore:2:1" in outcome.err
