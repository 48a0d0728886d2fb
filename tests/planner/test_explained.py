"""Every reason as it is shown: `jarbuild --plan`, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from projects import Project

from geniejars import JAR_VIEW, load_config
from jarbuild import cli
from jarbuild.target import target_of

JFILE = """\
ENV MODE=dev
WORKDIR work
COPY app app
RUN make
RUN test
"""
Change = Callable[[Project], object]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project for the jar that the next `jarbuild` would allocate, in this user's cache."""
    for variable, folder in (("XDG_STATE_HOME", "state"), ("XDG_CACHE_HOME", "xdg")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    for variable in ("GENIEJARS_HOME", "GENIEJARS", "NO_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "context").mkdir()
    monkeypatch.chdir(tmp_path / "context")
    project = Project(tmp_path / "context", tmp_path / "xdg/jarbuild")
    project.target = target_of(load_config(), None)
    project.write("JFile", JFILE)
    for name in ("server.py", "a.py", "b.py"):
        project.write(f"app/{name}", "1")
    return project


def built(*changes: Change) -> Change:
    """Built once, then changed."""
    return lambda project: [project.build(), *(change(project) for change in changes)]


def rewritten(*names: str) -> Change:
    return lambda project: [project.write(f"app/{name}", "2") for name in names]


def damaged(project: Project) -> None:
    """The record of the first RUN."""
    for record in (project.cache / "v1/records").iterdir():
        if b'"RUN make"' in (content := record.read_bytes()):
            record.write_bytes(content.replace(b'"seconds":1.5', b'"seconds":2.5'))


def built_for_another_home(project: Project) -> None:
    target, other = project.target, evolve(JAR_VIEW, home="/srv/jars/jar009/home")
    project.retarget(view=other)
    project.build()
    project.target = target


CASES = [
    pytest.param(lambda project: None, "RUN make", "first build", id="first-build"),
    pytest.param(
        built(rewritten("server.py")), "COPY app app", "COPY app: server.py changed", id="file"
    ),
    pytest.param(
        built(rewritten("server.py"), rewritten("zz.py", "zzz.py")),
        "COPY app app",
        "COPY app: server.py changed, 2 more",
        id="three-files",
    ),
    pytest.param(
        built(lambda project: project.edit("JFile", "=dev", "=prod")),
        "RUN make",
        "ENV MODE changed from dev to prod",
        id="env",
    ),
    pytest.param(built(rewritten("a.py")), "RUN test", "follows line 3", id="follows"),
    pytest.param(built(damaged), "RUN make", "cache entry damaged", id="damaged"),
    pytest.param(
        built_for_another_home, "RUN make", "made by another jar and tied to its home", id="home"
    ),
]


@pytest.mark.parametrize(("change", "step", "reason"), CASES)
def test_reasons_are_shown(
    change: Change, step: str, reason: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same words in the table and in JSON; the plan of a build says them too."""
    change(project)
    codes = [cli.main(["--plan"]), cli.main(["--plan", "--format", "json"])]
    text, _, content = capsys.readouterr().out.partition("\n{")
    row = next(line for line in text.splitlines() if f"  {step}" in line)
    told = {step["text"]: step["reason"] for step in json.loads("{" + content)["steps"]}

    assert codes == [0, 0]
    assert row.endswith(f"  {reason}")
    assert told[step] == reason
