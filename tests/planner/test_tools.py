"""The programs of the machine that a command names are part of its key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from geniejars import JFileError
from jarbuild.depends import check_depend, depend_digest
from jarbuild.stamps import StatCache
from jarbuild.tools import Tools


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Two folders of programs, and a home."""
    programs = {
        "bin/node": "binary", "bin/npm": "#!/usr/bin/env node\n", "bin/plain": "x",
        "sbin/node": "other", "home/bin/node": "own", "bin/up": "#!BIN/plain -x\n",
    }  # fmt: skip
    for name, content in programs.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.replace("BIN", str(tmp_path / "bin")))
        path.chmod(0o755)
    (tmp_path / "bin/data").write_text("no program")
    (tmp_path / "bin/python3").symlink_to("python3.11")
    (tmp_path / "bin/python3.11").write_text("python")
    (tmp_path / "bin/python3.11").chmod(0o755)
    return tmp_path


def named(machine: Path, command: str, path: str = "bin:sbin") -> list[tuple[str, str]]:
    """Words and the names of what they stand for."""
    folders = ":".join(f"{machine}/{name}" for name in path.split(":"))
    tools = Tools(StatCache(), [f"{machine}/home"])
    found = tools.named_in([command.replace("BIN", f"{machine}/bin")], folders)
    return [(w.replace(f"{machine}/", ""), p.replace(f"{machine}/", "")) for w, p, _ in found]


CASES = [
    ("node x.js", [("node", "bin/node")]),
    ("cd a && (node;node)|node", [("node", "bin/node")]),
    ("X=$(node -v)", [("node", "bin/node")]),
    ("python3 -m venv", [("python3", "bin/python3.11")]),
    ("BIN/node x", [("bin/node", "bin/node")]),
    ("up", [("up", "bin/up"), ("up", "bin/plain")]),
    ("data nothing ./node a/node", []),
]


@pytest.mark.parametrize(("command", "expected"), CASES)
def test_words_that_are_programs(
    command: str, expected: list[tuple[str, str]], machine: Path
) -> None:
    """Found as a shell would on PATH, links followed to what really runs."""
    assert named(machine, command) == expected


def test_interpreters_behind_env(machine: Path) -> None:
    """`#!/usr/bin/env node` is run by env and by node."""
    found = named(machine, "npm ci")

    assert found[0] == ("npm", "bin/npm")
    assert ("npm", "bin/node") in found
    assert [path for _, path in found if path.endswith("/env")] or not Path("/usr/bin/env").exists()


def test_the_home_is_no_machine(machine: Path) -> None:
    """A program in the home is in the tree already."""
    assert named(machine, "node", "home/bin:sbin") == [("node", "sbin/node")]


def test_known_tools_are_not_read_again(machine: Path) -> None:
    """Neither for their digest nor for their first line."""
    now = (machine / "bin/npm").stat().st_ctime_ns + 1
    for path in (machine / "bin").iterdir():
        os.utime(path, ns=(1, 1))
    first = StatCache(machine / "stamps", lambda device, path: now + 10**12)
    path = f"{machine}/bin"
    before = Tools(first, []).named_in(["npm ci"], path)
    first.save()
    second = StatCache.load(machine / "stamps")
    after = Tools(second, []).named_in(["npm ci"], path)

    assert before == after
    assert second.reads == 0


def test_depend_is_what_the_final_link_leads_to(machine: Path) -> None:
    """A file's content, a folder's tree; a link and its target are the same."""
    stamps = StatCache()
    link = depend_digest(f"{machine}/bin/python3", stamps)
    folder = depend_digest(f"{machine}/bin", stamps)
    (machine / "bin/data").write_text("changed")

    assert link == depend_digest(f"{machine}/bin/python3.11", stamps)
    assert folder != depend_digest(f"{machine}/bin", stamps)
    assert depend_digest("/dev/null", stamps) == depend_digest("/dev/zero", stamps)


def test_depend_that_is_missing() -> None:
    """The message is the ancestor's."""
    with pytest.raises(JFileError, match="dependency not found: /no/such"):
        check_depend("/no/such")
