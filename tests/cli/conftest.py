"""Fixtures of the command line's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from fake_jars import FakeAgent, install
from outcomes import FakeBuild, Project

from geniejars import (
    Prepared,
    keep_secrets,
    load_config,
    prepared_as_json,
    read_state,
    write_state,
)


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., Project]:
    """`project({"JFile": "…"}).run("--plan")`, in a folder, state and cache of its own."""
    for name in ("GENIEJARS", "GENIEJARS_HOME", "JARBUILD_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("state", "cache"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / name))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("geniejars.ports.is_port_open", lambda port: True)  # whoever uses it here

    def make(files: Mapping[str, str] | None = None) -> Project:
        folder = tmp_path / "project"
        for name, text in {**(files or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        return Project(folder, capsysbinary)

    return make


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> FakeBuild:
    """What a build does in this test."""
    fake = FakeBuild()
    monkeypatch.setitem(sys.modules, "jarbuild.commands.build", fake)
    monkeypatch.setattr("jarbuild.commands.build", fake, raising=False)
    return fake


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> FakeAgent:
    """The agent of every jar."""
    agent = FakeAgent()
    install(agent, monkeypatch)
    return agent


@pytest.fixture
def here(project, agent: FakeAgent):
    """A folder in which jar001, alias web_1, is built and jar002 just allocated."""
    here = project({})
    here.jars("alloc", "--tag", "web")
    here.jars("alloc")
    config = load_config()
    state = read_state(config)
    prepared = Prepared(
        tag="web",
        cmd=("serve", "--all"),
        workdir="app",
        env={"MODE": "dev"},
        imports=("TOKEN",),
        added_paths=("/home/jar/bin",),
        stop_signal="INT",
    )
    state["pool"]["jar001"].update(alias="web_1", prepared=prepared_as_json(prepared))
    write_state(config, state)
    keep_secrets(config, "jar001", {"TOKEN": "s3cret"})
    return here
