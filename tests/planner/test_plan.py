"""The plan: an upper bound that changes nothing, reads nothing twice and survives damage."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from projects import FOLDER, Project, RunFailedError, fails, with_entries, writes

from geniejars import Entry, Forest, JFileError, RunStep, Tree
from jarbuild import stamps
from jarbuild.cache.objects import Objects

JFILE = "WORKDIR app\nCOPY src src\nRUN make\nCOPY run.sh .\nRUN test it\n"


@pytest.fixture
def project(project: Project) -> Project:
    project.write("JFile", JFILE)
    project.write("src/a.py", "1")
    project.write("src/b.py", "1")
    project.write("run.sh", "1")
    return project


def snapshot(folder: Path) -> dict[str, str]:
    """Everything in a folder, with stamps."""
    return {
        str(path): f"{path.lstat().st_mtime_ns} {path.lstat().st_ino}"
        for path in [folder, *folder.rglob("*")]
    }


def statuses(project: Project) -> list[str]:
    return [step.verdict.status for step in project.plan().plan.steps]


def test_planning_changes_nothing_on_disk(project: Project, tmp_path: Path) -> None:
    """No cache is made, none is touched; the context stays as it is."""
    before = snapshot(tmp_path)
    project.plan()
    without_cache = snapshot(tmp_path)
    project.build()
    built = snapshot(tmp_path)
    project.write("src/a.py", "2")
    edited = snapshot(tmp_path)
    project.plan()

    assert without_cache == before
    assert not [path for path in without_cache if "cache" in path.removeprefix(str(tmp_path))]
    assert built != edited
    assert snapshot(tmp_path) == edited


def test_a_plan_opens_no_unchanged_file(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A no-op costs a look at each file, and one changed file one read."""
    settle(project)
    project.build()
    read: list[bytes] = []
    real = stamps._read
    monkeypatch.setattr(stamps, "_read", lambda p, *rest: (read.append(p), real(p, *rest))[1])
    project.plan()
    unchanged = list(read)
    project.write("src/a.py", "2")
    project.plan()

    assert [path for path in unchanged if b"context" in path] == []
    assert [path.rpartition(b"/")[2] for path in read if b"context" in path] == [b"a.py"]


def settle(project: Project) -> None:
    """Until the file system's clock has left the tick in which the files were written."""
    written = max(path.stat().st_ctime_ns for path in project.context.rglob("*"))
    clock = stamps.device_clock(project.context)
    inside = os.fsencode(project.jfile)
    while clock(project.context.stat().st_dev, inside) <= written:
        pass


def test_a_no_op_reads_only_the_roots_of_trees(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a home holds is not walked to find that nothing changed."""
    entries = {b"modules/%d/f" % n: Entry("file", 0o664, f"{n:064}", 1) for n in range(200)}
    project.programs["make"] = lambda forest, tree: with_entries(forest, tree, entries)
    project.build()
    read: list[str] = []
    real = Objects.get
    monkeypatch.setattr(Objects, "get", lambda self, d: (read.append(d), real(self, d))[1])
    steps = project.plan().plan.steps

    assert len(read) == 2 * len(steps)


def test_keys_are_null_where_the_tree_is_not_known(project: Project) -> None:
    """After a RUN that has to run nothing can be looked up."""
    steps = project.plan().plan.steps
    known = [step.verdict.key is not None for step in steps]

    assert known == [True, True, True, False, False]
    assert [step.output is not None for step in steps] == [True, True, False, False, False]
    assert steps[2].input == steps[1].output


def test_the_plan_of_a_new_jar_is_the_plan_of_the_old_one(project: Project) -> None:
    """A second jar builds by restore alone, and its plan says so before there is a jar."""
    project.build()
    project.retarget(jar=None, allocation=None, ports=None, port_count=2)

    assert statuses(project) == ["cached"] * 5


def test_imports_tie_a_run_to_an_allocation(project: Project) -> None:
    """Without a jar such a RUN is listed, unless IMPORTs are shared."""
    project.edit("JFile", "RUN make", "IMPORT KEY\nRUN make")
    project.environment["KEY"] = "value"
    project.wish(share_imports=True)
    project.build()
    project.retarget(jar=None, allocation=None)
    shared = statuses(project)
    project.wish(share_imports=False)

    assert shared == ["cached"] * 5
    assert statuses(project) == ["cached", "cached", "run", "run", "run"]
    assert project.plan().plan.steps[2].verdict.key is None


def test_the_value_of_an_import_is_nowhere_on_disk(project: Project) -> None:
    """Neither in records nor in the history; the plan holds it apart, for the runner."""
    project.edit("JFile", "RUN make", "IMPORT KEY\nRUN make")
    project.environment["KEY"] = "canary-77aa"
    project.build()
    files = [path.read_bytes() for path in project.cache.rglob("*") if path.is_file()]
    planning = project.plan()

    assert files and not [content for content in files if b"canary" in content]
    assert "canary" not in str(planning)
    assert planning.secrets == {"KEY": "canary-77aa"}


def test_private_files_of_the_cache(project: Project) -> None:
    """What the cache holds is the manager's alone."""
    project.build()

    assert (project.cache / "v1").stat().st_mode & 0o077 == 0
    assert (project.cache / "v1/secret").stat().st_mode & 0o077 == 0


def test_a_symlink_on_the_way_is_followed_though_the_tree_was_not_known(project: Project) -> None:
    """The first build and every later one make the same home."""
    project.write("JFile", "RUN prepare\nCOPY run.sh app/run.sh\n")

    def prepare(forest: Forest, tree: Tree) -> Tree:
        link = Entry("symlink", 0o777, b"real".hex())
        return with_entries(forest, tree, {b"real": FOLDER, b"app": link})

    project.programs["prepare"] = prepare
    project.build()
    output = project.plan().plan.output
    with project.store() as store:
        assert output is not None
        entry = Forest(store.folder_object).find(output.root, b"real/run.sh")

    assert statuses(project) == ["cached", "cached"]
    assert entry is not None and entry.kind == "file"


def test_the_conflict_of_a_copy_has_a_place(project: Project) -> None:
    """It is found in the plan where the tree is known."""
    project.write("JFile", "COPY src src\nCOPY run.sh src\n")
    with pytest.raises(JFileError, match="src is a folder") as caught:
        project.plan()
    place = caught.value.place

    assert place is not None and (place.line, place.column) == (2, 13)
    assert place.file == str(project.jfile)


ERRORS = [
    pytest.param("TAG x\nCOPY nope nope\n", 2, 6, "nope does not exist", id="missing-source"),
    pytest.param("COPY src no pe x/\n", 1, 10, "no does not exist", id="second-source"),
    pytest.param("COPY *.sh src/*.py x\n", 1, 20, "3 sources", id="several-sources"),
    pytest.param("DEPEND /no/such/tool\n", 1, 8, "/no/such/tool", id="depend"),
    pytest.param("COPY --exclude=[ src x\n", 1, 18, "--exclude", id="malformed-exclude"),
    pytest.param("COPY src[ x\n", 1, 6, "src", id="malformed-glob"),
    pytest.param("COPY /dev/null x\n", 1, 6, "no file and no folder", id="device"),
]


@pytest.mark.parametrize(("text", "line", "column", "says"), ERRORS)
def test_errors_have_a_place(
    text: str, line: int, column: int, says: str, project: Project
) -> None:
    """The very word of the JFile."""
    project.write("JFile", text)
    with pytest.raises(JFileError, match=says) as caught:
        project.plan()
    place = caught.value.place

    assert place is not None and (place.line, place.column) == (line, column)


def test_an_error_in_jarignore_points_there(project: Project) -> None:
    """It is that file that has to be mended."""
    project.write(".jarignore", "fine\n!\n")
    with pytest.raises(JFileError) as caught:
        project.plan()
    place = caught.value.place

    assert place is not None and (place.file, place.line) == (
        str(project.context / ".jarignore"),
        2,
    )


def test_an_error_of_an_included_file_points_there(project: Project) -> None:
    """Steps name the file they come from as well."""
    project.write("base.jfile", "RUN base\nCOPY nope x\n")
    project.write("JFile", "INCLUDE base.jfile\n")
    with pytest.raises(JFileError) as caught:
        project.plan()
    project.write("nope", "")
    step = project.plan().plan.steps[0]

    assert caught.value.place is not None
    assert caught.value.place.file == step.file == str(project.context / "base.jfile")


def test_warnings(project: Project) -> None:
    """A --arg that nobody declared is a likely typing error."""
    project.wish(args={"LEVLE": "2"})

    assert project.plan().plan.warnings == (
        f"--arg LEVLE is of no use: there is no ARG LEVLE in {project.jfile}",
    )


def test_seconds_are_what_a_step_took(project: Project) -> None:
    """Those of the result, or of what the step was before it changed."""
    project.build()
    project.edit("JFile", "test it", "test that")
    seconds = [step.seconds for step in project.plan().plan.steps]

    assert seconds == [1.5] * 5


def test_no_cache_from_a_line_reaches_into_includes(project: Project) -> None:
    """What an INCLUDE at that line or after it brings runs again too."""
    project.write("base.jfile", "RUN base\n")
    project.write("JFile", "RUN first\nRUN second\nINCLUDE base.jfile\nRUN last\n")
    project.build()
    project.wish(no_cache_from=3)

    assert project.build() == ["RUN base", "RUN last"]


def test_order_of_env_is_no_input(project: Project) -> None:
    """The environment is sorted, so that a RUN that lists it makes the same again."""
    project.write("JFile", "ENV B=1\nENV A=1\nRUN env\n")
    project.build()
    (step,) = project.plan().plan.steps
    project.write("JFile", "ENV A=1\nENV B=1\nRUN env\n")

    assert isinstance(step, RunStep)
    assert list(step.env) == sorted(step.env)
    assert project.build() == []


def test_no_cache_marks_runs(project: Project) -> None:
    """So that the runner never reuses what it shall make again."""
    project.build()
    project.wish(no_cache=True)
    runs = [step for step in project.plan().plan.steps if isinstance(step, RunStep)]

    assert [run.no_cache for run in runs] == [True, True]


def lose(project: Project, root: str, path: bytes) -> None:
    """Damage the folder object at a path of a tree."""
    with project.store() as store:
        entry = Forest(store.folder_object).find(root, path)
        assert entry is not None
        file = store.objects.path(entry.value)
        file.write_bytes(b"f" + file.read_bytes())


def test_a_lost_object_makes_a_new_plan(project: Project) -> None:
    """A RUN whose tree cannot be read any more runs again; nothing wrong is ever served."""
    inner = Entry("file", 0o664, hashlib.sha256(b"x").hexdigest(), 1)
    project.programs["make"] = lambda forest, tree: with_entries(
        forest, tree, {b"app/deep/er/f": inner}
    )
    project.build()
    before = project.plan().plan.output
    lose(project, before.root, b"app/deep")
    project.write("JFile", JFILE.replace("COPY run.sh .", "COPY run.sh deep/"))

    assert statuses(project) == ["cached", "cached", "run", "run", "run"]
    assert "RUN make" in project.build()
    assert statuses(project) == ["cached"] * 5


def test_what_a_failing_build_finished_stays_cached(project: Project) -> None:
    """Only the step that failed, and what follows it, is left to do."""
    project.programs["test it"] = fails
    with pytest.raises(RunFailedError):
        project.build()
    project.programs["test it"] = writes("done", "1")

    assert project.build() == ["RUN test it"]
