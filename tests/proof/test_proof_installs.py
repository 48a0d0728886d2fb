"""The same install gives the same tree: real packages, in fresh jars, with nothing cached."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from listings import listing
from sequences_played import environment
from worlds import Report, World

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PIP = "python3 -m venv v && v/bin/pip install --quiet --disable-pip-version-check"

INSTALLS = [
    pytest.param("COPY package*.json ./\nRUN npm ci --silent\n", "node_modules", id="npm-ci"),
    pytest.param(f"RUN {PIP} six==1.17.0 idna==3.10\n", "v/lib", id="pip-install"),
]

pytestmark = pytest.mark.slow


def build(world: World, text: str, jar: int = 0, cache: str = "own") -> Report:
    project = world.folder / "project"
    (project / "JFile").write_text(text)
    report = world.build(project, world.jars[jar], cache)
    assert report.error is None, report.error
    return report


@pytest.mark.parametrize(("text", "installed"), INSTALLS)
def test_twice_the_same(world: World, text: str, installed: str) -> None:
    """Entry by entry, times and owners aside: so what follows an install can be taken as done."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(EXAMPLES / "node-service" / name, world.folder / "project")
    for jar, cache in enumerate(("one", "two")):
        build(world, text, jar, cache)
    first, second = (listing(world.home(jar)) for jar in world.jars[:2])

    assert [name for name in first.entries if first.entries[name] != second.entries.get(name)] == []
    assert first.links == second.links
    assert (world.home(world.jars[0]) / installed).is_dir()


def test_a_bump_that_changes_nothing(world: World) -> None:
    """The install runs again and makes the same tree; everything after it is taken as it was."""
    text = (
        "RUN {pip} {wanted}\nRUN v/bin/python -c 'import six; print(six.__version__)' > version\n"
    )
    build(world, text.format(pip=PIP, wanted="six==1.17.0"))
    report = build(world, text.format(pip=PIP, wanted="'six>=1.17,<1.17.1'"))

    assert (report.steps("ran"), report.steps("reused")) == ([1], [2])


def test_another_interpreter(world: World) -> None:
    """A venv is made again when the interpreter it was made with is another, and it says so."""
    common = Path(str(world.config.common_dir))
    python = common / "python"
    python.write_text('#!/bin/sh\nexec python3 "$@"\n')
    python.chmod(0o755)
    text = "RUN ${COMMON}/python -m venv --without-pip v\nRUN v/bin/python -V > version\n"
    with environment(PATH="/usr/bin:/bin"):
        build(world, text)
        unchanged = build(world, text)
        python.write_text('#!/bin/sh\n# upgraded\nexec python3 "$@"\n')
        upgraded = build(world, text)
    verdict = upgraded.plans[0].steps[0].verdict

    assert unchanged.started == []
    assert upgraded.steps("ran")[0] == 1
    assert str(python) in " ".join([verdict.reason, *verdict.changed])
