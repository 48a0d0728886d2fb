"""Files that few programs think of, through a build, a rebuild and a second jar."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from listings import listing
from nests import depth_of_nest, make_nest
from worlds import Report, World

from geniejars import Transferred
from jarbuild.jfiles import found_jfiles

GIB = 1 << 30
DEPTH = 2200
"""Folders in each other: their path would be longer than the 4,096 bytes the kernel takes."""

DEEP = "import os\nfor _ in range({depth}):\n os.mkdir('d'); os.chdir('d')\nopen('end', 'w')\n"


@pytest.fixture
def project(world: World) -> Path:
    return world.folder / "project"


def build(world: World, project: Path, *lines: str, jar: int = 0) -> Report:
    (project / "JFile").write_text("".join(f"{line}\n" for line in lines))
    report = world.build(project, world.jars[jar])
    assert report.error is None, report.error
    return report


def restored(world: World, project: Path, *lines: str) -> Path:
    """The home of a second jar, after a build that ran nothing."""
    build(world, project, *lines)
    report = build(world, project, *lines, jar=1)

    assert report.started == []
    assert listing(world.home(world.jars[0])) == listing(world.home(world.jars[1]))
    return world.home(world.jars[1])


def test_a_sparse_file_of_4_gib(world: World, project: Path) -> None:
    """It is kept, restored and never takes the space that it does not need."""
    line = "RUN truncate -s 4G big && echo end >> big"
    build(world, project, line)
    report = build(world, project, line, jar=1)
    big = (world.home(world.jars[1]) / "big").stat()
    layers = [p.stat() for p in world.cache("own").rglob("*.tar")]

    assert report.started == []
    assert (big.st_size, big.st_blocks * 512 < 1 << 20) == (4 * GIB + 4, True)
    assert [layer.st_blocks * 512 < 1 << 20 for layer in layers] == [True]


def test_a_sparse_file_is_copied(world: World, project: Path) -> None:
    """Holes of the context are holes of the home, and a large copy tells how far it is."""
    with open(project / "big", "wb") as file:
        file.truncate(64 << 20)
        file.seek(1 << 20)
        file.write(b"x")
    report = build(world, project, "COPY big big")
    told = [event for event in report.events if isinstance(event, Transferred)]

    assert (world.home(world.jars[0]) / "big").stat().st_blocks * 512 < 1 << 20
    assert told[-1] == Transferred(64 << 20, 64 << 20)


def test_folders_in_each_other(world: World, project: Path) -> None:
    """As many as no path can name: made by a RUN, restored, copied from a context."""
    (project / "deep.py").write_text(DEEP.format(depth=DEPTH))
    lines = ("COPY deep.py deep.py", "RUN python3 deep.py", "RUN echo more > more")
    build(world, project, *lines)
    report = build(world, project, *lines, jar=1)

    assert report.started == []
    assert report.done is not None and depth_of_nest(world.home(world.jars[1])) == DEPTH


def test_a_context_deeper_than_a_path(world: World, project: Path) -> None:
    """COPY opens folder by folder what no path can name; who looks for JFiles there finds some."""
    make_nest(project / "src", DEPTH)
    build(world, project, "COPY src .")

    assert depth_of_nest(world.home(world.jars[0])) == DEPTH
    assert found_jfiles([str(project)]) == [str(project / "JFile")]


def test_sockets_and_fifos(world: World, project: Path) -> None:
    """A RUN's fifo stays and its socket goes; a context's are left out, with one warning."""
    (project / "src").mkdir()
    os.mkfifo(project / "src/fifo")
    (project / "src/a").touch()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(project / "src/socket"))
    bind = "import socket; socket.socket(socket.AF_UNIX).bind('gone')"
    lines = ("COPY src src", f'RUN mkfifo -m 640 kept && python3 -c "{bind}"')
    home = restored(world, project, *lines)
    warnings = world.plan(project, world.jars[0]).warnings

    assert sorted(listing(home).entries) == ["kept", "src", "src/a"]
    assert [w for w in warnings if "fifo" in w and "socket" in w] != []


def test_names_that_are_no_text(world: World, project: Path) -> None:
    """Bytes that are no UTF-8, line ends and leading dashes are names like any other."""
    (project / "src").mkdir()
    names = [b"\xff\xfe", b"line\nend", b"-rf", b" ", b"\\", b'"', "é".encode(), b"\xc3"]
    for name in names:
        (Path(os.fsdecode(bytes(project / "src") + b"/" + name))).write_text("x")
    home = restored(world, project, "COPY src .", 'RUN for f in *; do cp -- "$f" "./$f.$f"; done')
    found = {os.fsencode(name) for name in os.listdir(home)}

    assert found == {*names, *(name + b"." + name for name in names)}


def test_a_symlink_on_the_way(world: World, project: Path) -> None:
    """COPY follows it inside the home; one that leads out is an error, wherever it leads."""
    (project / "a").write_text("a")
    home = restored(world, project, "RUN mkdir real && ln -s real way", "COPY a way/a")
    (project / "JFile").write_text("RUN ln -s /etc way\nCOPY a way/a\n")
    report = world.build(project, world.jars[0])

    assert (home / "real/a").read_text() == "a"
    assert "leads out of the home" in report.outcome
