"""Why a step runs: in words that name what changed, and never a secret's value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from projects import Project, RunFailedError, fails, writes

from geniejars import JAR_VIEW

JFILE = """\
ARG LEVEL=1
DEPEND {depend}
ENV MODE=dev
WORKDIR app
COPY src src
IMPORT API_KEY
RUN make $LEVEL {tool}
COPY run.sh .
RUN test it
"""
CANARY = "canary-5d1e"
Change = Callable[[Project], object]


@pytest.fixture
def project(project: Project, tmp_path: Path) -> Project:
    """A project that was built once."""
    tool, depend = tmp_path / "maketool", tmp_path / "data"
    tool.write_text("tool")
    tool.chmod(0o755)
    depend.write_text("data")
    project.write("JFile", JFILE.format(tool=tool, depend=depend))
    project.write("src/server.py", "1")
    project.write("src/lib/util.py", "1")
    project.write("run.sh", "1")
    project.environment["API_KEY"] = CANARY
    project.build()
    return project


def in_jfile(old: str, new: str) -> Change:
    return lambda project: project.edit("JFile", old, new)


def write(path: str, content: str = "2", mode: int = 0o644) -> Change:
    return lambda project: project.write(path, content, mode)


def several(*changes: Change) -> Change:
    return lambda project: [change(project) for change in changes]


def beside(name: str) -> Change:
    return lambda project: (project.context.parent / name).write_text("other")


def unlink(path: str) -> Change:
    return lambda project: (project.context / path).unlink()


def secret(project: Project) -> None:
    project.environment["API_KEY"] = CANARY + "2"


COPY, MAKE, LAST = "COPY src src", "RUN make", "RUN test it"
CASES = [
    pytest.param(write("src/server.py"), COPY, "COPY src: server.py changed", id="file-changed"),
    pytest.param(write("src/new.py"), COPY, "COPY src: new.py added", id="file-added"),
    pytest.param(unlink("src/lib/util.py"), COPY, "COPY src: lib/util.py removed", id="removed"),
    pytest.param(
        write("src/server.py", "1", 0o755), COPY,
        "COPY src: server.py changed mode from 664 to 775", id="mode",
    ),
    pytest.param(
        several(write("src/server.py"), write("src/a"), write("src/b")), COPY,
        "COPY src: a added, 2 more", id="three-files",
    ),
    pytest.param(
        several(unlink("src/server.py"), lambda p: (p.context / "src/server.py").mkdir()), COPY,
        "COPY src: server.py changed from file to folder", id="kind",
    ),
    pytest.param(write("run.sh"), "COPY run.sh .", "COPY run.sh: run.sh changed", id="one-file"),
    pytest.param(
        in_jfile("COPY run.sh .", "COPY run.sh bin/"), "COPY run.sh bin/",
        "COPY run.sh: goes to app/bin, not app", id="destination",
    ),
    pytest.param(write("src/server.py"), MAKE, "follows line 5", id="follows"),
    pytest.param(write("src/server.py"), LAST, "follows line 5", id="follows-the-cause"),
    pytest.param(
        several(write("src/server.py"), write("run.sh")), LAST, "follows line 8", id="nearest"
    ),
    pytest.param(in_jfile("=dev", "=prod"), MAKE, "ENV MODE changed from dev to prod", id="env"),
    pytest.param(in_jfile("=dev", "=" + "x" * 99), MAKE,
        f"ENV MODE changed from dev to {'x' * 39}…", id="env-long"),
    pytest.param(in_jfile("=dev", "="), MAKE, 'ENV MODE changed from dev to ""', id="env-empty"),
    pytest.param(in_jfile("ENV MODE=dev\n", ""), MAKE, "ENV MODE removed", id="env-removed"),
    pytest.param(
        in_jfile("ENV MODE=dev", "ENV A=1\nENV MODE=x"), MAKE, "ENV A added, 1 more", id="env-two"
    ),
    pytest.param(in_jfile("LEVEL=1", "LEVEL=2"), MAKE, "ARG LEVEL changed from 1 to 2", id="arg"),
    pytest.param(
        in_jfile("WORKDIR app", "WORKDIR lib"), "WORKDIR lib", "WORKDIR changed from app to lib",
        id="workdir",
    ),
    pytest.param(
        in_jfile("WORKDIR app", "WORKDIR lib"), MAKE, "WORKDIR changed from app to lib",
        id="workdir-of-a-run",
    ),
    pytest.param(
        in_jfile("WORKDIR app", "WORKDIR lib"), COPY, "COPY src: goes to lib/src, not app/src",
        id="workdir-of-a-copy",
    ),
    pytest.param(in_jfile("test it", "test that"), "RUN test that",
        "command changed from it to that", id="command"),
    pytest.param(in_jfile("test it", "test -v it"), "RUN test -v it",
        "command changed: -v added", id="command-word-added"),
    pytest.param(in_jfile("test it", "test"), "RUN test",
        "command changed: it removed", id="command-word-removed"),
    pytest.param(in_jfile("test it", "test  it"), "RUN test  it",
        "command changed in its white space", id="command-white-space"),
    pytest.param(in_jfile("RUN test it", "RUN ls\nRUN test it"), "RUN ls", "new in this JFile",
        id="new"),
    pytest.param(in_jfile("COPY run.sh .\n", ""), LAST, "COPY run.sh . no longer comes before it",
        id="step-removed"),
    pytest.param(beside("data"), MAKE, "DEPEND {tmp}/data changed", id="depend"),
    pytest.param(beside("maketool"), MAKE, "{tmp}/maketool changed ({tmp}/maketool)", id="tool"),
    pytest.param(secret, MAKE, "IMPORT API_KEY changed", id="import"),
    pytest.param(in_jfile("IMPORT API_KEY\n", ""), MAKE, "IMPORT API_KEY removed", id="no-import"),
    pytest.param(lambda p: p.retarget(allocation="second"), MAKE,
        "made by another jar and tied to it by IMPORT", id="another-jar"),
    pytest.param(lambda p: p.retarget(view=evolve(JAR_VIEW, home="/j/2/home")), COPY,
        "made by another jar and tied to its home", id="another-view"),
    pytest.param(lambda p: p.retarget(host="debian 13 arm"), COPY,
        "the machine changed from debian 12 arm to debian 13 arm", id="host"),
    pytest.param(lambda p: p.wish(no_cache=True), LAST, "--no-cache", id="no-cache"),
    pytest.param(lambda p: p.wish(no_cache_from=9), LAST, "--no-cache-from 9", id="no-cache-from"),
    pytest.param(in_jfile("RUN test", "RUN --no-cache test"), "RUN --no-cache test it",
        "RUN --no-cache", id="run-no-cache"),
    pytest.param(
        several(
            in_jfile("RUN test", "ENV P=${PORT(1)}\nRUN test"),
            lambda p: p.retarget(ports=None, port_count=1),
        ),
        LAST, "port not known yet", id="port",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "step", "reason"), CASES)
def test_reason(change: Change, step: str, reason: str, project: Project, tmp_path: Path) -> None:
    """One sentence a step."""
    change(project)
    found = next(why for text, why in project.reasons().items() if text.startswith(step))

    assert found == reason.replace("{tmp}", str(tmp_path))
    assert CANARY not in str(project.plan())


def test_first_build(project: Project) -> None:
    """Nothing to compare with."""
    project.write("other/JFile", "RUN something\n")
    project.context = project.context / "other"

    assert project.reasons() == {"RUN something": "first build"}


def test_a_step_that_failed(project: Project) -> None:
    """Nothing changed since, but there is no result; what comes after it follows it."""
    project.edit("JFile", "RUN test it", "RUN wrong\nRUN test it")
    project.programs["wrong"] = fails
    with pytest.raises(RunFailedError):
        project.build()

    assert project.reasons() == {
        "RUN wrong": "did not finish in the last build",
        "RUN test it": "follows line 9",
    }


def test_an_entry_that_was_pruned(project: Project) -> None:
    """It was there, and is no more."""
    plan = project.plan().plan
    (project.cache / "v1/records" / str(plan.steps[-1].verdict.key)).unlink()

    assert project.reasons() == {"RUN test it": "not in the cache"}


def test_a_damaged_entry(project: Project) -> None:
    """Said in the reason and once in a warning."""
    plan = project.plan().plan
    record = project.cache / "v1/records" / str(plan.steps[-1].verdict.key)
    record.write_bytes(record.read_bytes().replace(b"seconds", b"second5"))
    damaged = project.plan().plan

    assert damaged.steps[-1].verdict.reason == "cache entry damaged"
    assert len(damaged.warnings) == 1


def test_steps_from_an_include_are_followed_by_file(project: Project) -> None:
    """A line number alone would be of the wrong file."""
    project.write("base.jfile", "RUN base\n")
    project.edit("JFile", "ARG LEVEL=1", "INCLUDE base.jfile\nARG LEVEL=1")
    included = str(project.context / "base.jfile")

    assert project.reasons()["RUN base"] == "new in this JFile"
    assert project.reasons()["WORKDIR app"] == f"follows {included} line 1"


def test_changed_names_every_file(project: Project) -> None:
    """The reason shows one; the list has them all."""
    project.write("src/server.py", "2")
    project.write("src/lib/more.py", "2")
    verdict = project.plan().plan.steps[1].verdict

    assert verdict.changed == ("lib/more.py", "server.py") or verdict.changed == (
        "server.py",
        "lib/more.py",
    )


def test_early_cutoff_is_no_reason(project: Project) -> None:
    """A RUN that runs again and makes the same leaves what follows it as it was."""
    project.edit("JFile", "RUN test it", "RUN same thing\nRUN test it")
    project.programs["same thing"] = project.programs["same other"] = writes("same", "1")
    project.build()
    project.edit("JFile", "RUN same thing", "RUN same other")

    assert project.reasons() == {
        "RUN same other": "command changed from thing to other",
        "RUN test it": "follows line 9",
    }
    assert project.build() == ["RUN same other"]
