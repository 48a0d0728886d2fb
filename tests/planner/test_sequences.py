"""Random projects, random edits: an incremental build makes what a clean one makes."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import evolve
from projects import Project, RunFailedError, fails, writes

from geniejars import JFileError

PATHS = ["src/a", "src/b", "src/deep/c", "src/deep/d", "top", "src/x.log"]
LINES = [
    "ENV A={n}", "ENV B={n}", "ARG V={n}", "WORKDIR w{n}", "WORKDIR .", "COPY src src",
    "COPY . all", "COPY top w{n}/", "COPY src/* flat/", "COPY --exclude=a src w1",
    "COPY --chmod=700 top x",
    "RUN see {n}", "RUN see $V {n}", "RUN same {n}", "RUN wrong {n}", "IMPORT KEY", "# {n}",
]  # fmt: skip
PROGRAMS = {f"same {n}": writes("same/file", "1") for n in range(4)} | {
    "wrong 1": fails,
    "wrong 2": writes("wrong", "2"),
}


def edit(dice: random.Random, project: Project) -> None:
    """One thing that people and tools do between builds."""
    path, other = (project.context / name for name in dice.choices(PATHS, k=2))
    lines = project.jfile.read_text().splitlines()
    match dice.randrange(11):
        case 0 | 1:
            path.unlink(missing_ok=True)
            project.write(str(path.relative_to(project.context)), str(dice.randrange(3)))
        case 2:
            path.unlink(missing_ok=True)
        case 3 if path.exists():
            path.chmod(dice.choice([0o600, 0o644, 0o755]))
        case 4:
            lines.insert(dice.randrange(len(lines) + 1), line(dice))
        case 5 if lines:
            lines.pop(dice.randrange(len(lines)))
        case 6 if lines:
            lines[dice.randrange(len(lines))] = line(dice)
        case 7 if path.exists() and path != other:
            path.replace(other)
        case 8:
            path.unlink(missing_ok=True)
            path.symlink_to(dice.choice(["a", "deep", "nowhere"]))
        case 9:
            project.retarget(allocation=dice.choice(["first", "second"]))
        case _:
            project.environment["KEY"] = str(dice.randrange(2))
    project.jfile.write_text("\n".join(lines) + "\n")


def line(dice: random.Random) -> str:
    return dice.choice(LINES).format(n=dice.randrange(4))


def outcome(project: Project) -> str:
    """The home's digest after a build, or how the build failed."""
    try:
        project.build()
        output = project.plan().plan.output
    except (JFileError, RunFailedError) as error:
        return f"{type(error).__name__}: {error}"
    assert output is not None
    return output.digest


def cache_alone(project: Project, folder: Path) -> Project:
    """The same project with a cache in which nothing is."""
    return evolve(project, cache=folder, programs=dict(PROGRAMS))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that is possible: nobody waits for a disk."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(prefix="sequence-", dir=memory) as folder:
        yield Path(folder)


@pytest.mark.parametrize("seed", range(150))
def test_incremental_equals_clean(seed: int, folder: Path) -> None:
    """After any sequence of edits; and what a plan lists is what its build executes or reuses."""
    project = Project(folder / "context", folder / "cache")
    dice = random.Random(seed)  # noqa: S311
    project.environment["KEY"] = "0"
    project.programs = dict(PROGRAMS)
    project.write(".jarignore", "**/*.log\n")
    for path in PATHS:
        project.write(path, "0")
    project.jfile.write_text("".join(f"{line(dice)}\n" for _ in range(6)))
    for number in range(7):
        clean = cache_alone(project, folder / f"clean{number}")

        assert outcome(project) == outcome(clean)
        edit(dice, project)


def test_secret_of_a_cache_is_in_no_tree(project: Project, tmp_path: Path) -> None:
    """Two caches fingerprint a secret differently and make the same home."""
    project.environment["KEY"] = "value"
    project.write("JFile", "IMPORT KEY\nRUN same 1\n")
    project.programs = dict(PROGRAMS)

    assert outcome(project) == outcome(cache_alone(project, tmp_path / "other"))
