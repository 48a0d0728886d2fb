"""What was done in a home since its build: shown, undone, and kept, in every situation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builds import build
from machines import Machine

JFILE = """\
WORKDIR app
COPY src .
RUN echo made > made.txt && ln made.txt link.txt && ln -s made.txt way
RUN mkdir -p lib && echo 1 > lib/1
PERSIST data
CMD ["cat", "made.txt"]
"""
MEDDLE = """\
cd app && echo edited >> a.txt && rm made.txt && rm -r lib && echo file > lib && chmod 600 b.bin
rm way && mkdir way && echo inner > way/inner && mkdir -p new/deep data && echo new > new/deep/file
echo kept > data/rows; printf '\\0\\1' > c.bin; printf 'no end' > ../top
"""


@pytest.fixture
def jar(machine: Machine) -> str:
    """A jar with a build in it."""
    return built(machine)


def built(machine: Machine) -> str:
    folder = machine.home / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "JFile").write_text(JFILE)
    (folder / "src/a.txt").write_text("one\ntwo\n")
    (folder / "src/b.bin").write_bytes(bytes(range(256)))
    (folder / "src/c.bin").write_bytes(b"\0\2")
    machine.own(folder)
    jar: str = build(machine, folder).done["jar"]
    return jar


def changes(machine: Machine, jar: str, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        machine.run("geniejars", "diff", jar, "--json", *options).stdout
    )
    return found


def listing(machine: Machine, jar: str) -> str:
    """Names, modes and contents of a home, but for what is the app's."""
    command = (
        "find . -path ./app/data -prune -o -printf '%p %M %l\\n' | sort; "
        "find . -path ./app/data -prune -o -type f -print | sort | xargs cat | md5sum; "
        "stat -c %h app/made.txt"
    )
    return machine.run("geniejars", "exec", jar, command).stdout


def test_reset(machine: Machine, jar: str) -> None:
    """Afterwards the home is as built, what was there is in the backup folder, PERSIST stays."""
    before = listing(machine, jar)
    machine.run("geniejars", "exec", jar, MEDDLE)
    dry = machine.run("geniejars", "reset", "--dry-run", jar)
    meddled = listing(machine, jar)
    reset = json.loads(machine.run("geniejars", "reset", jar, "--json").stdout)

    assert "restored  app/a.txt\n" in dry.stdout and "removed   app/new\n" in dry.stdout, dry
    assert meddled != before
    assert listing(machine, jar) == before
    assert changes(machine, jar) == []
    assert reset["lost"] == []
    assert {"app/a.txt", "app/c.bin", "app/lib", "app/new", "top"} <= set(reset["backedUp"])
    kept = machine.run("/bin/cat", f"{reset['backup']}/app/a.txt", f"{reset['backup']}/top")
    assert kept.stdout == "one\ntwo\nedited\nno end", kept
    rows = machine.run("geniejars", "exec", jar, "cat app/data/rows")
    assert rows.stdout == "kept\n", rows
    assert build(machine, machine.home / "project").done["restored"] == 0


def test_restore_is_no_new_build(root_machine: Machine) -> None:
    """After `restore` only what really differs from the build is listed."""
    jar = built(root_machine)
    archive = root_machine.run("geniejars", "backup", jar).stdout.strip()
    same = root_machine.run("geniejars", "restore", jar, archive)
    none = changes(root_machine, jar)
    root_machine.run("geniejars", "exec", jar, "echo x > app/x; echo y > app/a.txt")
    changed = root_machine.run("geniejars", "backup", jar).stdout.strip()
    root_machine.run("geniejars", "reset", jar)
    root_machine.run("geniejars", "restore", jar, changed)

    assert same.stdout == f"Restored: {jar}\n", same
    assert none == []
    assert [(c["change"], c["path"]) for c in changes(root_machine, jar)] == [
        ("changed", "app/a.txt"),
        ("added", "app/x"),
    ]


def test_content(root_machine: Machine) -> None:
    """--content shows what changed in text, names what is none, and harms no terminal."""
    jar = built(root_machine)
    root_machine.run("geniejars", "exec", jar, MEDDLE)
    shown = root_machine.run("geniejars", "diff", "--content", jar)
    rows = {c["path"]: c["diff"] for c in changes(root_machine, jar, "--content")}

    assert shown.stdout.splitlines()[:6] == [
        "C app/a.txt (8 B -> 15 B)",
        "--- a/app/a.txt",
        "+++ b/app/a.txt",
        "@@ -1,2 +1,3 @@",
        " one",
        " two",
    ], shown
    assert rows["app/c.bin"] == ["Binary file app/c.bin differs"]
    assert rows["app/b.bin"] is None  # only its bits
    assert rows["app/made.txt"] == [
        "--- a/app/made.txt",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-made",
    ]
    assert rows["top"][-2:] == ["+no end", "\\ No newline at end of file"]


def test_what_cannot_be_had_is_named(root_machine: Machine) -> None:
    """Without root, layers and context the rest is put back, and exit is 1."""
    jar = built(root_machine)
    root_machine.run("geniejars", "exec", jar, "rm app/a.txt app/b.bin app/lib/1; echo new > new")
    (root_machine.home / "project/src/a.txt").write_text("other\n")
    forget = "rm -r $(find . -path '*/v1/layers') $(find . -path '*/jars/*/root/app')"
    root_machine.run("/bin/sh", "-c", forget)
    reset = root_machine.run("geniejars", "reset", jar)
    left = [c["path"] for c in changes(root_machine, jar)]

    assert reset.returncode == 1, reset
    assert reset.stdout.splitlines() == [
        "removed   new",
        "restored  app/b.bin",  # from the context, by its content
        "lost      app/a.txt",
        "lost      app/lib/1",
        f"No copy of what is lost is left: build {jar} again to make it.",
    ]
    assert left == ["app/a.txt", "app/lib/1"]


def test_a_home_in_use_is_left_alone(root_machine: Machine) -> None:
    """While something runs in it nothing is reset; a jar that was never built cannot be."""
    jar = built(root_machine)
    root_machine.run("geniejars", "exec", jar, "echo new > new")
    root_machine.run("geniejars", "exec", "-d", jar, "sleep", "100")
    refused = root_machine.run("geniejars", "reset", jar)
    fresh = root_machine.run("geniejars", "alloc").stdout.strip()
    never = root_machine.run("geniejars", "reset", fresh)

    assert refused.returncode == 1 and "sleep 100 runs in" in refused.stderr, refused
    assert [c["path"] for c in changes(root_machine, jar)] == ["new"]
    assert never.returncode == 2 and "was never built" in never.stderr, never
