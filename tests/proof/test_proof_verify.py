"""`--verify`: what no file's status gives away is found, named and put right by the next build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from worlds import World

from genieagent.index import known, read_index, write_index


@pytest.fixture
def project(world: World) -> Path:
    """Built twice, so that the build root is there as well as the home."""
    folder = world.folder / "project"
    (folder / "JFile").write_text("COPY a a\nRUN cat a > made\n")
    for content in ("1\n", "2\n"):
        (folder / "a").write_text(content)
        assert world.build(folder, world.jars[0]).error is None
    return folder


def rotten(place: str) -> Callable[[World], None]:
    """A disk has changed a file there behind everybody's back: its status is the noted one."""

    def spoil(world: World) -> None:
        home = world.home(world.jars[0])
        file, index_file = home.parent / place / "made", home.parent / f"{place}.index"
        index = read_index(index_file)
        assert index is not None
        file.write_text("3\n")
        note = known(file.stat(), index.files[b"made"].sha256)
        write_index(index_file, replace(index, files={**index.files, b"made": note}))

    return spoil


def spoiled_layers(world: World) -> None:
    for layer in world.cache("own").glob("jarbuild/v1/layers/*.tar"):
        layer.write_bytes(layer.read_bytes().replace(b"2\n", b"3\n"))


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(lambda world: None, [], id="nothing"),
        pytest.param(rotten("home"), ["home: made has other content"], id="home"),
        pytest.param(rotten("root"), ["root: made has other content"], id="root"),
    ],
)
def test_places(
    spoil: Callable[[World], None], expected: list[str], world: World, project: Path
) -> None:
    """Exit 1 and the list; then they are as planned."""
    spoil(world)
    report = world.build(project, world.jars[0], verify=True)
    again = world.build(project, world.jars[0], verify=True)

    assert report.done is not None and again.done is not None
    assert list(map(str, report.done.differences or ())) == expected
    assert (report.error is None) == (not expected)
    assert again.error is None
    assert (world.home(world.jars[0]) / "made").read_text() == "2\n"


def test_cache(world: World, project: Path) -> None:
    """A layer of another content is named with the result it belongs to; the RUN runs again."""
    spoiled_layers(world)
    report = world.build(project, world.jars[0], verify=True)
    again = world.build(project, world.jars[0], verify=True)

    assert report.done is not None
    assert {difference.where for difference in report.done.differences or ()} == {"cache"}
    assert report.error is not None and report.error.exit_code == 1
    assert (again.error, again.started) == (None, [2])
