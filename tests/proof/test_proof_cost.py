"""What a build looks at: nothing that did not change, and of a home only what did.

Counted, not timed: files that are opened, folders that are written as objects. The curves are in
`benchmarks/`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import Report, World

import genieagent.trees
import jarbuild.stamps

FOLDERS, FILES = 20, 10
MADE = 400
"""Folders that a RUN makes: no plan and no later step may look at them all."""

MAKE = f"RUN for n in $(seq {MADE}); do mkdir -p made/$n; echo $n > made/$n/file; done"


class Counted:
    """What happens in this process: `read` files of the manager's, `folders` serialised."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.read: list[str] = []
        self.folders = 0
        self._real_read = jarbuild.stamps._read
        self._real_object = genieagent.trees.folder_object
        monkeypatch.setattr(jarbuild.stamps, "_read", self._read)
        monkeypatch.setattr(genieagent.trees, "folder_object", self._object)

    def start(self) -> None:
        self.read, self.folders = [], 0

    def _read(self, path, folder, find):  # type: ignore[no-untyped-def]
        self.read.append(Path(path.decode()).name)
        return self._real_read(path, folder, find)

    def _object(self, folder):  # type: ignore[no-untyped-def]
        self.folders += 1
        return self._real_object(folder)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


@pytest.fixture
def project(world: World) -> Path:
    """A context of 200 files in 20 folders, a home of 400 folders, and 22 steps."""
    folder = world.folder / "project"
    for number in range(FOLDERS):
        (folder / f"src/{number}").mkdir(parents=True)
        for name in range(FILES):
            (folder / f"src/{number}/{name}").write_text(f"{number} {name}")
    (folder / "last").write_text("1")
    copies = [f"COPY src/{n} src/{n}" for n in range(FOLDERS)]
    (folder / "JFile").write_text("\n".join([MAKE, *copies, "COPY last last", ""]))
    return folder


def build(world: World, project: Path) -> Report:
    report = world.build(project, world.jars[0])
    assert report.error is None, report.error
    return report


def test_nothing_to_do(world: World, project: Path, counted: Counted) -> None:
    """No file of the context is opened again, and the folders that the RUN made are not touched."""
    build(world, project)
    build(world, project)
    counted.start()
    build(world, project)

    assert counted.read == []
    assert counted.folders < MADE / 2


def test_one_file(world: World, project: Path, counted: Counted) -> None:
    """That file is opened, and the folders on its way are written: none of the RUN's."""
    build(world, project)
    build(world, project)
    counted.start()
    build(world, project)
    idle = counted.folders
    (project / "src/7/3").write_text("changed")
    counted.start()
    report = build(world, project)

    assert counted.read == ["3"]
    assert len(report.started) <= FOLDERS + 1
    assert counted.folders - idle <= 3 * (FOLDERS + 1)
