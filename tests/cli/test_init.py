"""`jarbuild init` as it is typed."""

from __future__ import annotations

import os

import pytest

PAGE = {"index.html": "<p>hello\n"}


def test_a_project_without_a_jfile(project) -> None:
    """It says what it found, why it writes what it writes, and what to type next."""
    here = project(PAGE)
    outcome = here.run("init")

    assert (outcome.exit, outcome.err) == (0, "")
    assert outcome.out == (
        "found a static site (index.html)\n"
        "  - python3 serves the folder on the jar's first port\n"
        "wrote JFile\n"
        "wrote .jarignore\n"
        "next: jarbuild . --plan\n"
    )
    assert here.read("JFile").startswith("TAG project\nWORKDIR site\n")


def test_what_is_written_lints_clean_and_can_be_planned(project) -> None:
    """The next two commands of a newcomer have nothing to complain about."""
    here = project(PAGE)
    here.run("init")

    assert here.run("lint").out == "1 JFile, nothing to say\n"
    assert here.run("--plan").exit == 0


def test_a_jfile_is_never_replaced(project) -> None:
    """What is there stays as it is, and the error says so and how to insist."""
    here = project({**PAGE, "JFile": "TAG mine\n"})
    outcome = here.run("init")

    assert (outcome.exit, outcome.out) == (2, "")
    assert "error[usage]: JFile is there already" in outcome.err
    assert "--force replaces JFile" in outcome.err
    assert here.read("JFile") == "TAG mine\n"


def test_a_dangling_link_is_not_followed(project) -> None:
    """A JFile that is a link to nothing is there too: nothing is written behind it."""
    here = project(PAGE)
    os.symlink("elsewhere", "JFile")

    assert here.run("init").exit == 2
    assert here.run("init", "--force").exit == 0
    assert not os.path.lexists("elsewhere")


def test_force(project) -> None:
    """--force writes both files anew."""
    here = project({**PAGE, "JFile": "TAG mine\n", ".jarignore": "x\n"})
    outcome = here.run("init", "--force")

    assert outcome.exit == 0
    assert "TAG mine" not in here.read("JFile")
    assert here.read(".jarignore").splitlines()[-1] == ".DS_Store"


def test_ignore_rules_that_are_there_stay(project) -> None:
    """A `.jarignore` is kept and named; without one a `.dockerignore` gives its lines."""
    kept = project({**PAGE, ".jarignore": "mine\n"}).run("init")
    taken = project({"other/index.html": "", "other/.dockerignore": "docs\n!docs/a\n"})
    taken.run("init", "other")

    assert "kept .jarignore, which was there" in kept.out
    assert taken.read("other/.jarignore").splitlines()[-2:] == ["docs", "!docs/a"]


def test_no_folder(project) -> None:
    """Both what is missing and what is no folder are said."""
    here = project(PAGE)

    assert "nowhere does not exist" in here.run("init", "nowhere").err
    assert "index.html is no folder" in here.run("init", "index.html").err


DOCKERFILE = 'FROM node:20\nWORKDIR /app\nCOPY . .\nUSER node\nCMD ["node", "a.js"]\n'


def test_from_a_dockerfile(project) -> None:
    """What is carried over is written, what is not is told with its line and the reason."""
    here = project({"Dockerfile": DOCKERFILE, ".dockerignore": "docs\n", "a.js": ""})
    outcome = here.run("init", "--from-dockerfile", "Dockerfile")

    assert outcome.exit == 0
    assert outcome.out.splitlines()[:3] == [
        "Dockerfile: 3 of 5 instructions mean the same here; the others:",
        "  - line 1: FROM node:20: a jar has the machine's own system: it must have node and npm",
        "  - line 4: USER node: a jar is always its own ordinary user",
    ]
    assert here.read("JFile").splitlines()[-1] == 'CMD ["node", "a.js"]'
    assert here.read(".jarignore").splitlines()[-1] == "docs"
    assert here.run("lint").exit == 0


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\0\0"])
def test_a_dockerfile_that_is_none(project, text: str) -> None:
    """Nothing is made of a file that holds no instruction, such as an empty or a binary one."""
    here = project({"file": text})
    outcome = here.run("init", "--from-dockerfile", "file")

    assert (outcome.exit, outcome.out) == (2, "")
    assert "file is no Dockerfile" in outcome.err
    assert not (here.folder / "JFile").exists()


def test_a_dockerfile_that_is_not_there(project) -> None:
    """The file that was named is named again, and nothing is written."""
    here = project({})
    outcome = here.run("init", "--from-dockerfile", "Nofile")

    assert "error[usage]: cannot read Nofile: No such file or directory" in outcome.err
    assert not (here.folder / "JFile").exists()
