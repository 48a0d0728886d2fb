"""Bad input: one clear message with its place, the right exit code, and a jar as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from builds import build, status
from machines import KINDS, MYSELF, Machine, is_root

CASES = [
    pytest.param(None, 2, ["no JFile"], None, id="no-jfile"),
    pytest.param("COPPY a b\n", 2, ["JFile:1:1", "COPPY", "COPY"], 1, id="syntax-error"),
    pytest.param("TAG x\nCOPY nope nope\n", 2, ["JFile:2:6", "nope"], 2, id="missing-source"),
    pytest.param("DEPEND /no/such/tool\n", 2, ["JFile:1:8", "/no/such/tool"], 1, id="depend"),
    pytest.param("IMPORT NOT_SET_ANYWHERE\n", 2, ["JFile:1:8", "NOT_SET_ANYWHERE"], 1, id="import"),
    pytest.param("ENV P=${PORT(9)}\n", 2, ["JFile:1:7", "PORT(9)"], 1, id="port-out-of-range"),
    pytest.param("RUN echo wrong; exit 3\n", 1, ["JFile:1", "exit code 3", "wrong"], 1, id="run"),
    pytest.param("RUN nosuchcommand\n", 1, ["JFile:1", "nosuchcommand"], 1, id="not-found"),
    pytest.param("COPY a ../../etc/x\n", 2, ["JFile:1", "home"], 1, id="leaves-the-home"),
]


def project(machine: Machine, text: str | None) -> Path:
    folder = machine.home / "bad"
    folder.mkdir()
    (folder / "a").write_text("a")
    if text is not None:
        (folder / "JFile").write_text(text)
    machine.own(folder)
    return folder


@pytest.mark.parametrize(("text", "code", "says", "line"), CASES)
def test_message_and_exit_code(
    text: str | None, code: int, says: list[str], line: int | None, root_machine: Machine
) -> None:
    """The message names file, line and what is wrong; no traceback, no half-made jar."""
    folder = project(root_machine, text)
    shown = root_machine.run("jarbuild", folder, "--progress", "plain")
    told = build(root_machine, folder)

    assert shown.returncode == told.code == code, shown
    assert [word for word in says if word not in shown.stdout + shown.stderr] == []
    assert "Traceback" not in shown.stdout + shown.stderr
    assert told.done["error"]["line"] == line
    assert told.done["ok"] is False


CLOSED = {  # a source, what is closed and how far, and what cannot be read then
    "file": (".", "src/b", 0, "src/b"),
    "folder": (".", "src/deep", 0, "src/deep"),
    "folder-to-be-listed-only": (".", "src/deep", 0o444, "src/deep"),
    "folder-to-be-entered-only": ("src/deep/*", "src/deep", 0o111, "src/deep"),
    "glob-below-a-folder": ("src/*/c", "src/deep", 0, "src/deep/c"),
    "named-below-a-folder": ("src/deep/c", "src/deep", 0, "src/deep/c"),
    "ignored": ("src/*/c", "src/other", 0, None),
}


def test_unreadable_entries(make_machine) -> None:
    """Whatever a COPY cannot read is named, with `.jarignore` as the way out; never left out."""
    user = make_machine(KINDS[-1] if is_root() else MYSELF)
    found = {}
    for name, (source, closed, mode, _) in CLOSED.items():
        folder = user.home / name
        for path in ("src/b", "src/deep/c", "src/other/c"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch()
        (folder / ".jarignore").write_text("src/other\n")
        (folder / "JFile").write_text(f"COPY {source} all/\n")
        user.own(folder)
        (folder / closed).chmod(mode)
        result = user.run("jarbuild", folder, "--plan")
        (folder / closed).chmod(0o700)
        said = re.search(
            f"cannot read {folder}/(.*): Permission denied(.|\n)*jarignore", result.stderr
        )
        found[name] = said[1] if said else None

    assert found == {name: case[-1] for name, case in CLOSED.items()}


def test_a_wrong_jfile_allocates_nothing(root_machine: Machine) -> None:
    """What is wrong before the first step leaves no jar behind."""
    root_machine.run("jarbuild", project(root_machine, "COPPY a b\n"))

    assert [e for e in status(root_machine)["pool"].values() if e["status"] == "occupied"] == []


def test_plan_of_a_wrong_jfile_is_json(root_machine: Machine) -> None:
    """A script that asks for JSON gets JSON for errors too."""
    folder = project(root_machine, "COPPY a b\n")
    result = root_machine.run("jarbuild", folder, "--plan", "--format", "json")

    assert result.returncode == 2
    assert json.loads(result.stdout or result.stderr)
