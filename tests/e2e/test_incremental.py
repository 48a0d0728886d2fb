"""A rebuild runs exactly what its inputs ask for, and the plan said so before."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from builds import Build, build, plan
from machines import Machine

JFILE = """\
TAG inc
WORKDIR app
ENV MODE=dev
IMPORT TOKEN
COPY src src
RUN cat src/*.txt > all.txt && echo $MODE ${#TOKEN} >> all.txt
RUN wc -c < all.txt > size.txt
CMD ["cat", "all.txt"]
"""
Edit = Callable[[Path], None]
ENVIRONMENT = {"TOKEN": "canary-8c1f"}


@pytest.fixture
def project(root_machine: Machine) -> Path:
    """A built project; its jar holds what the JFile says."""
    folder = root_machine.home / "inc"
    (folder / "src").mkdir(parents=True)
    (folder / "JFile").write_text(JFILE)
    (folder / "src/one.txt").write_text("one\n")
    (folder / "src/two.txt").write_text("two\n")
    root_machine.own(folder)
    first = build(root_machine, folder, env=ENVIRONMENT)
    assert first.code == 0, (first.done, first.output, first.err)
    return folder


def same_size_same_time(folder: Path) -> None:
    """One byte of a copied file, same size, the modification time put back."""
    file = folder / "src/one.txt"
    before = file.stat()
    file.write_text("ome\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def only_times(folder: Path) -> None:
    os.utime(folder / "src/one.txt", (1, 1))
    os.utime(folder / "src", (1, 1))


def in_jfile(old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / "JFile").read_text()
        assert old in text
        (folder / "JFile").write_text(text.replace(old, new))

    return edit


CASES = [
    pytest.param(lambda folder: None, [], None, id="nothing"),
    pytest.param(only_times, [], None, id="modification-time-alone"),
    pytest.param(same_size_same_time, ["COPY", "RUN", "RUN"], "one.txt", id="one-byte"),
    pytest.param(
        in_jfile("RUN wc -c", "RUN wc -l"), ["RUN"], "command", id="command-of-the-last-run"
    ),
    pytest.param(in_jfile("MODE=dev", "MODE=prod"), ["RUN", "RUN"], "MODE", id="env-before"),
    pytest.param(
        in_jfile("WORKDIR app", "WORKDIR lib"),
        ["WORKDIR", "COPY", "RUN", "RUN"],
        "app",
        id="workdir",
    ),
    pytest.param(in_jfile("TAG inc", "# a comment\nTAG inc"), [], None, id="comment"),
]


@pytest.mark.parametrize(("edit", "again", "names"), CASES)
def test_what_changed_runs_again(
    edit: Edit, again: list[str], names: str | None, project: Path, root_machine: Machine
) -> None:
    """Exactly the steps whose inputs changed run, the plan listed them and named the cause."""
    edit(project)
    planned = plan(root_machine, project, env=ENVIRONMENT)
    listed = [s["directive"] for s in planned["steps"] if s["status"] == "run"]
    built = build(root_machine, project, env=ENVIRONMENT)
    reasons = " ".join(s["reason"] + " ".join(s["changed"]) for s in planned["steps"])

    assert listed == again
    assert built.executed == without_reused(built, again)
    assert names is None or names in reasons


def without_reused(built: Build, listed: list[str]) -> list[str]:
    """A build may find by early cutoff that a listed step need not run."""
    reused = [directive for directive, status in built.statuses if status == "reused"]
    return listed[: len(listed) - len(reused)]


def test_from_a_line_on(project: Path, root_machine: Machine) -> None:
    """--no-cache-from runs the steps of that line and below whatever is known of them, as the
    plan says; without it all is as it was."""
    again = ("--no-cache-from", "6")
    planned = plan(root_machine, project, *again, env=ENVIRONMENT)
    built = build(root_machine, project, *again, env=ENVIRONMENT)
    after = build(root_machine, project, env=ENVIRONMENT)

    assert [s["status"] for s in planned["steps"]] == ["cached", "cached", "run", "run"]
    assert {s["reason"] for s in planned["steps"][2:]} == {"--no-cache-from 6"}
    assert [status for _, status in built.statuses] == ["cached", "cached", "ran", "ran"]
    assert (after.executed, after.done["tree"]) == ([], built.done["tree"])


def test_import_value(project: Path, root_machine: Machine) -> None:
    """Another value of an IMPORT runs the RUNs after it; the plan names it and keeps it secret."""
    changed = {"TOKEN": "canary-9d2e"}
    result = root_machine.run("jarbuild", project, "--plan", env=changed)
    planned = plan(root_machine, project, env=changed)
    built = build(root_machine, project, env=changed)

    assert [s["directive"] for s in planned["steps"] if s["status"] == "run"] == ["RUN", "RUN"]
    assert any("TOKEN" in s["reason"] for s in planned["steps"])
    assert "canary" not in result.stdout + str(planned) + str(built.events)


def test_app_runs_new_code(root_machine: Machine) -> None:
    """An app started after an edit runs the new code, whatever is left in __pycache__."""
    folder = root_machine.home / "app"
    folder.mkdir()
    (folder / "JFile").write_text('COPY *.py ./\nCMD ["python3", "main.py"]\n')
    (folder / "main.py").write_text("import answer\nprint(answer.VALUE)\n")
    root_machine.own(folder)
    said = []
    for value in range(4):
        (folder / "answer.py").write_text(f"VALUE = {value}\n")
        jar = build(root_machine, folder).done["jar"]
        said.append(root_machine.run("geniejars", "app", "up", jar).stdout)

    assert said == ["0\n", "1\n", "2\n", "3\n"]


def test_failing_build_leaves_the_home(project: Path, root_machine: Machine) -> None:
    """A RUN works in the build root: when it fails, the live home was not touched."""
    in_jfile("RUN wc -c", "RUN rm -rf src all.txt; false #")(project)
    failed = build(root_machine, project, env=ENVIRONMENT)
    jar = failed.done["jar"]
    home = Path(failed.done["home"] or "")
    listing = root_machine.run("geniejars", "exec", jar, "cat", "app/all.txt", "app/size.txt")

    assert failed.code == 1
    assert failed.statuses[-1] == ("RUN", "failed")
    assert failed.done["error"]["line"] == 7
    assert listing.stdout.startswith("one\ntwo\ndev 11\n"), (listing, home)
