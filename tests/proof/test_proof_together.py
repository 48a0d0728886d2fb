"""Builds at once: into one jar they wait for each other, into several they do not."""

from __future__ import annotations

from pathlib import Path

from listings import listing
from worlds import World

LONGEST = 120.0
SLOW = "RUN for n in 1 2 3 4 5; do sleep 0.1; done; ls > names; cat * > all"


def project(world: World, name: str) -> Path:
    folder = world.folder / "project" / name
    folder.mkdir(parents=True)
    (folder / name).write_text(name)
    (folder / "JFile").write_text(f"COPY {name} {name}\n{SLOW}\nCOPY {name} last\n")
    return folder


def at_once(world: World, *builds: tuple[Path, str]) -> list[str]:
    """What they said; all of them succeed."""
    started = [
        world.start("jarbuild", str(folder), "--jar", jar, "--progress", "plain")
        for folder, jar in builds
    ]
    said = [process.communicate(timeout=LONGEST) for process in started]
    assert [process.returncode for process in started] == [0] * len(builds), said
    return [out + err for out, err in said]


def clean(world: World, folder: Path) -> object:
    jar = world.jars[3]
    assert world.build(folder, jar, "clean").error is None
    return listing(world.home(jar))


def test_one_project_into_one_jar(world: World) -> None:
    """The second waits, says so, and finds everything done."""
    folder, jar = project(world, "one"), world.jars[0]
    said = at_once(world, (folder, jar), (folder, jar), (folder, jar))

    assert sum(f"another build of {jar}" in text for text in said) == 2
    assert listing(world.home(jar)) == clean(world, folder)


def test_two_projects_into_one_jar(world: World) -> None:
    """The home is one project's, whole, and a build of the other makes it the other's."""
    one, two, jar = project(world, "one"), project(world, "two"), world.jars[0]
    at_once(world, (one, jar), (two, jar))
    found = listing(world.home(jar))
    world.build(one, jar)

    assert listing(world.home(jar)) == clean(world, one)
    world.build(two, world.jars[1])
    assert found in (listing(world.home(jar)), listing(world.home(world.jars[1])))


def test_into_several_jars(world: World) -> None:
    """Nobody waits, whatever the projects share."""
    one, two = project(world, "one"), project(world, "two")
    said = at_once(world, (one, world.jars[0]), (one, world.jars[1]), (two, world.jars[2]))

    assert not any("another build" in text for text in said)
    assert listing(world.home(world.jars[0])) == listing(world.home(world.jars[1]))
    assert listing(world.home(world.jars[0])) == clean(world, one)
