"""No space left: an error that says so, a home as it was, and a next build that is as any other."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from listings import listing
from worlds import World, a_world_in


def can_mount() -> bool:
    """Root, but not in a container that may not."""
    with tempfile.TemporaryDirectory() as folder:
        mount = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True)
        if mount.returncode == 0:
            subprocess.run(["umount", folder], check=True)
    return mount.returncode == 0


pytestmark = pytest.mark.skipif(not can_mount(), reason="a small disk cannot be mounted here")

SMALL, LARGE = "24m", "200m"
GROW = "RUN head -c 30000000 /dev/urandom > grown"
CASES = [
    pytest.param("state", "COPY big big", 3, id="copy-into-the-home"),
    pytest.param("state", "COPY big big\nRUN ls > names", 3, id="copy-into-the-root"),
    pytest.param("state", f"{GROW}", 1, id="run"),  # it is the command that finds no space
    pytest.param("caches", GROW, 3, id="layer"),
]


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o755, parents=True)
    options = f"size={SMALL},mode=0755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize(("where", "lines", "code"), CASES)
def test_full(where: str, lines: str, code: int) -> None:
    """For state and cache apart: with space again the next build makes what a clean one makes."""
    with a_world_in(where, small_disk) as world:
        project = world.folder / "project"
        project.mkdir()
        (project / "a").write_text("a")
        with open(project / "big", "wb") as big:
            big.write(os.urandom(30_000_000))
        first = build(world, project, "COPY a a\nRUN echo first > b")
        before = listing(world.home(world.jars[0]))
        failed = build(world, project, f"COPY a c\n{lines}\n")
        after = listing(world.home(world.jars[0]))
        more = f"remount,size={LARGE}"
        subprocess.run(["mount", "-o", more, str(world.folder / where)], check=True)
        again = build(world, project, f"COPY a c\n{lines}\n")

        assert (first, again) == ("", "")
        assert failed.startswith(f"{code} ") and ("space" in failed or code == 1), failed
        assert after == before
        assert {"a", "c"} & set(listing(world.home(world.jars[0])).entries) == {"c"}


def build(world: World, project: Path, text: str) -> str:
    """Exit code and message where it fails."""
    (project / "JFile").write_text(text)
    report = world.build(project, world.jars[0], "own")
    if report.error is None:
        return ""
    return f"{getattr(report.error, 'exit_code', 2)} {report.error}"
