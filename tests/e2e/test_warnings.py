"""A build says what lint warns of, briefly; --strict makes it fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from builds import build
from machines import Machine


@pytest.fixture
def project(root_machine: Machine) -> Path:
    """A JFile that works and is not what its author means."""
    folder = root_machine.home / "p"
    folder.mkdir()
    (folder / "JFile").write_text('ENV GREETING="hello"\nRUN echo $GREETING > greeting\n')
    root_machine.own(folder)
    return folder


def test_warnings_are_told(project: Path, root_machine: Machine) -> None:
    """They do not stop a build, and one where nothing runs is silent."""
    first, second = build(root_machine, project), build(root_machine, project)

    assert [w for w in first.events[0]["warnings"] if "JF103" in w]
    assert first.code == second.code == 0
    assert second.events[0]["warnings"] == []


def test_strict(project: Path, root_machine: Machine) -> None:
    """A warning fails the build before a step runs, whether one would or not."""
    refused = build(root_machine, project, "--strict")
    build(root_machine, project)
    again = build(root_machine, project, "--strict")

    assert refused.code == again.code == 1
    assert refused.executed == []
    assert "JF103" in again.done["error"]["message"]
