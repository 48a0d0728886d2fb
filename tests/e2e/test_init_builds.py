"""What `jarbuild init` writes for a real project builds, with packages from the registries."""

from __future__ import annotations

import pytest
from builds import build
from machines import TOP, Machine

PROJECTS = TOP / "tests/init/projects"


@pytest.mark.parametrize(
    "name, command, says",
    [
        pytest.param("npm", "node -p \"require('express') && 1\"", "1", id="npm"),
        pytest.param("yarn", "node index.js", "172800000", id="yarn"),
        pytest.param("pnpm", "node index.js", "172800000", id="pnpm"),
        pytest.param("requirements", "venv/bin/flask --version", "Flask", id="requirements"),
        pytest.param("pyproject", "venv/bin/tiny", "hello from an entry point", id="pyproject"),
        pytest.param("static", "cat ../site/index.html", "static site", id="static"),
        pytest.param("unknown", "cat Makefile", "program: main.c", id="unknown"),
    ],
)
def test_it_builds(root_machine: Machine, name: str, command: str, says: str) -> None:
    """init, lint and build follow each other without an edit, and the program is there."""
    project = root_machine.project(PROJECTS / name)
    assert root_machine.run("jarbuild", "init", project).returncode == 0
    lint = root_machine.run("jarbuild", "lint", project)
    built = build(root_machine, project)
    assert built.code == 0, (built.done, built.output)
    folder = "site" if name == "static" else "app"
    told = root_machine.run("geniejars", "exec", built.done["jar"], f"cd {folder} && {command}")

    assert lint.stdout == "1 JFile, nothing to say\n"
    assert says in told.stdout, told.stderr


def test_a_converted_dockerfile_builds(root_machine: Machine) -> None:
    """A Flask service in an image becomes one in a home, with its packages and its server."""
    project = root_machine.project(PROJECTS / "requirements")
    dockerfile = TOP / "tests/init/dockerfiles/python-flask.Dockerfile"
    init = root_machine.run("jarbuild", "init", project, "--from-dockerfile", dockerfile)
    assert init.returncode == 0, init.stderr
    built = build(root_machine, project)
    assert built.code == 0, (built.done, built.output)
    flask = ("sh", "-c", "venv/bin/flask --version")
    told = root_machine.run("geniejars", "exec", built.done["jar"], *flask)

    assert "Flask" in told.stdout
