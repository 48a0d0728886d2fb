"""What the manager may do with a home, with ordinary tools, in every situation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builds import build
from machines import REFUSED, Machine, is_root
from schemas import complaints

JFILE = """\
COPY a.txt a.txt
RUN mkdir -p made && echo made > made/b.txt && (umask 077; echo private > made/key)
CMD ["cat", "a.txt", "made/b.txt"]
"""


def test_lists_reads_and_edits(machine: Machine) -> None:
    """After a build the manager lists, reads and edits what is in the home."""
    folder = machine.home / "project"
    folder.mkdir()
    (folder / "JFile").write_text(JFILE)
    (folder / "a.txt").write_text("a\n")
    machine.own(folder)
    done = build(machine, folder).done
    home = done["home"]
    listed = machine.run("/bin/ls", home, f"{home}/made")
    read = machine.run("/bin/cat", f"{home}/a.txt", f"{home}/made/b.txt")
    edited = machine.run("/bin/sh", "-c", f"echo mine >> {home}/made/b.txt && touch {home}/new")
    seen = machine.run("geniejars", "exec", done["jar"], "cat made/b.txt; ls new")

    assert listed.returncode == 0 and "b.txt" in listed.stdout, listed
    assert read.stdout == "a\nmade\n", read
    assert edited.returncode == 0, edited
    assert seen.stdout == "made\nmine\nnew\n", seen


def test_reads_the_log(machine: Machine) -> None:
    """What the app writes is a file that the manager opens with any tool."""
    folder = machine.home / "project"
    folder.mkdir()
    (folder / "JFile").write_text('CMD ["echo", "hello from the app"]\n')
    machine.own(folder)
    jar = build(machine, folder).done["jar"]
    up = machine.run("geniejars", "app", "up", jar)
    state = machine.environment.get("XDG_STATE_HOME", f"{machine.home}/.local/state")
    log = machine.run("/bin/cat", f"{state}/jarbuild/log/{jar}.log")

    assert log.stdout == up.stdout == "hello from the app\n", (up, log)


def test_label_is_told(machine: Machine) -> None:
    """`doctor` names the isolation, whatever it is, and tries each guarantee in a jar."""
    told = machine.run("geniejars", "doctor", "--json")
    assert told.stdout, told
    found = json.loads(told.stdout)

    assert machine.kind.label in (None, found["isolation"]), told
    assert complaints("doctor", found) == []
    assert len(found["checks"]) == 13
    assert [check for check in found["checks"] if check["possible"]] == []
    assert told.returncode == 0


@pytest.mark.skipif(not is_root(), reason="makes a user and takes namespaces from it")
def test_ordinary_user_without_namespaces_is_refused(make_machine) -> None:
    """No boundary, no build: the message names what is lost and the ways out."""
    machine = make_machine(REFUSED)
    folder: Path = machine.home / "p"
    folder.mkdir()
    (folder / "JFile").write_text("RUN true\n")
    machine.own(folder)
    refused = build(machine, folder)
    weak = build(machine, folder, "--isolation", "weak")
    later = machine.run("geniejars", "exec", weak.done["jar"], "echo still weak")

    assert refused.code == 3
    assert "single isolation (jars have your user id, in namespaces) is not possible" in refused.err
    assert "new user namespace: " in refused.err and "--isolation weak" in refused.err
    assert weak.code == 0, weak.events
    assert later.stdout == "still weak\n", later
