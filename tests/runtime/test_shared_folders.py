"""A folder of the manager's in a jar, on real zygotes in every situation."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from zygote_harness import ROOT_FULL, USER_FULL, Ground, Lodge, grounds, lodge

JAR = "tester"


@pytest.fixture(scope="module", params=grounds(), ids=lambda ground: ground.name)
def lodging(request: pytest.FixtureRequest) -> Iterator[Lodge]:
    with lodge(request.param) as made:
        yield made


@pytest.fixture
def checkout(lodging: Lodge) -> Path:
    """A folder with a file and a folder in it, made with the manager's usual modes."""
    folder = lodging.manager.home / f"checkout{len(list(lodging.manager.home.iterdir()))}"
    script = 'umask 022; mkdir -p "$0/src"; echo old > "$0/src/file"; echo x > "$0/tool"; '
    lodging.as_manager("/bin/sh", "-c", script + 'chmod 755 "$0/tool"', str(folder))
    return folder


@pytest.fixture
def share(lodging: Lodge, checkout: Path) -> Iterator[dict[Path, bool]]:
    """The folder, shared to write in with a running jar."""
    shares = {checkout: True}
    lodging.settle(JAR, shares)
    lodging.start(JAR, shares=shares)
    yield shares
    lodging.ask("end", jar=JAR, role=None)


WORK = """
cd "$0" && cat src/file && echo new > src/file && mkdir made && echo made > made/file &&
ln -s file made/link && mv tool made/tool && chmod 700 made/file && rm -f made/nothing && echo fine
"""


def owners(folder: Path) -> set[tuple[int, int]]:
    return {(s.st_uid, s.st_gid) for s in (p.lstat() for p in (folder, *folder.rglob("*")))}


def modes(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.lstat().st_mode for p in sorted(folder.rglob("*"))}


def test_work_in_it_is_the_managers(lodging: Lodge, checkout: Path, share: object) -> None:
    """The jar reads, changes, makes, moves and removes; outside, all of it is the manager's."""
    said = lodging.run(JAR, "/bin/sh", "-c", WORK, str(checkout)).output
    lodging.settle(JAR, {checkout: True})

    assert said == "old\nfine\n"
    assert (checkout / "made" / "file").read_text() == "made\n"
    assert owners(checkout) == {(lodging.manager.uid, lodging.manager.gid)}


def test_the_jar_goes_on_with_what_it_made(lodging: Lodge, checkout: Path, share: object) -> None:
    """What was handed to the manager can still be changed from inside, and what the manager makes
    there, too."""
    lodging.run(JAR, "/bin/sh", "-c", 'umask 022; echo 1 > "$0/one"', str(checkout))
    lodging.settle(JAR, {checkout: True})
    lodging.as_manager("/bin/sh", "-c", 'echo 2 >> "$0/one"; echo 2 > "$0/two"', str(checkout))
    lodging.run(JAR, "/bin/sh", "-c", 'cd "$0"; echo 3 | tee -a one two', str(checkout))

    assert (checkout / "one").read_text() == "1\n2\n3\n"
    assert (checkout / "two").read_text() == "2\n3\n"


def test_to_read_is_not_to_write(lodging: Lodge, checkout: Path) -> None:
    """Without leave to write, nothing in it changes, whatever the modes say."""
    lodging.as_manager("chmod", "-R", "a+rwX", str(checkout))
    shares = {checkout: False}
    lodging.settle(JAR, shares)
    lodging.start(JAR, shares=shares)
    script = 'cd "$0"; cat src/file; echo x > src/file; touch new; rm tool; chmod 700 src'
    said = lodging.run(JAR, "/bin/sh", "-c", script, str(checkout)).output
    lodging.ask("end", jar=JAR, role=None)

    assert said.startswith("old\n")
    assert (checkout / "src" / "file").read_text() == "old\n"
    assert sorted(p.name for p in checkout.iterdir()) == ["src", "tool"]


def test_a_build_does_not_see_it(lodging: Lodge, checkout: Path) -> None:
    """What is not asked for at a start is not there: a share belongs to that agent alone."""
    lodging.start(JAR, role="build")
    outcome = lodging.run(JAR, "/bin/cat", str(checkout / "src" / "file"), role="build")
    lodging.ask("end", jar=JAR, role=None)

    assert outcome.code != 0


SETS_IDS = """
import os, sys
os.chdir(sys.argv[1])
os.umask(0)
def opens(name, mode): os.close(os.open(name, os.O_CREAT | os.O_WRONLY, mode))
for attempt in (
    lambda: os.chmod("tool", 0o4755), lambda: os.chmod("tool", 0o2755),
    lambda: os.fchmod(os.open("tool", os.O_RDONLY), 0o6755),
    lambda: opens("a", 0o4755), lambda: opens("b", 0o2755),
    lambda: os.mknod("c", 0o106755),
):
    try: attempt()
    except PermissionError: print("refused")
"""


def test_no_set_id_file_is_made(lodging: Lodge, checkout: Path, share: object) -> None:
    """Outside it would run with the manager's id."""
    said = lodging.python(JAR, SETS_IDS, str(checkout)).output
    made = [p.lstat().st_mode for p in (checkout, *checkout.rglob("*"))]

    assert said.split() == ["refused"] * 6
    assert not any(mode & 0o6000 for mode in made)


def test_a_link_out_of_it_leads_nowhere(lodging: Lodge, checkout: Path, share: object) -> None:
    """Neither the jar nor whoever hands over what it made follows one."""
    secret = lodging.manager.home / "secret"
    lodging.as_manager("/bin/sh", "-c", 'echo secret > "$0"; chmod 600 "$0"', str(secret))
    script = 'cd "$0"; ln -sf "$1" link; ln -sf "$1/.." up; cat link; ls up/'
    said = lodging.run(JAR, "/bin/sh", "-c", script, str(checkout), str(secret)).output
    lodging.settle(JAR, {checkout: True})

    assert "secret\n" not in said
    assert secret.stat().st_mode & 0o777 == 0o600


def test_what_the_manager_closes_stays_closed(lodging: Lodge, checkout: Path) -> None:
    """A chmod outside is not undone for the group when the jar's next command has ended."""
    shares = {checkout: True}
    lodging.settle(JAR, shares)
    lodging.as_manager("chmod", "600", str(checkout / "src" / "file"))
    lodging.settle(JAR, shares)
    lodging.settle(JAR, shares, verb="revoke")

    assert (checkout / "src" / "file").stat().st_mode & 0o777 == 0o600


def test_taken_back_it_is_as_it_was(lodging: Lodge, checkout: Path) -> None:
    """Modes and access lists, and what was made by the jar is the manager's."""
    before = modes(checkout)
    shares = {checkout: True}
    lodging.settle(JAR, shares)
    lodging.start(JAR, shares=shares)
    lodging.run(JAR, "/bin/sh", "-c", 'umask 022; mkdir "$0/made"', str(checkout))
    lodging.ask("end", jar=JAR, role=None)
    lodging.settle(JAR, shares, verb="revoke")
    lists = subprocess.run(
        ["getfacl", "--recursive", "--skip-base", str(checkout)], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    made = checkout / "made"

    assert lists.stdout == ""
    assert made.stat().st_uid == lodging.manager.uid
    made.rmdir()
    assert modes(checkout) == before


@pytest.mark.parametrize(
    "ground", [g for g in grounds() if g in (ROOT_FULL, USER_FULL)], ids=lambda g: g.name
)
def test_how_it_is_done(ground: Ground) -> None:
    """Root maps ids in the mount and leaves the folder alone; a user with a range takes lists."""
    with lodge(ground) as lodging:
        folder = lodging.manager.home / "checkout"
        lodging.as_manager("mkdir", str(folder))
        lodging.settle(JAR, {folder: True})
        has_list = "system.posix_acl_access" in os.listxattr(folder)

    assert has_list == (ground == USER_FULL)


@pytest.mark.parametrize(
    "target", ["/", "/home", "/home/jar/x", "/usr/local", "/etc", "relative", "/a/../b", "/proc/x"]
)
def test_nothing_of_the_jars_is_covered(lodging: Lodge, target: str) -> None:
    """The zygote refuses such a place, whoever asks."""
    order = {"jar": JAR, "number": 0, "role": "live", "ports": []}
    reply = lodging.ask("start", **order, shares=[{"target": target, "writable": False}])

    assert (reply["ok"], reply["code"]) == (False, "request")


def test_each_share_takes_an_open_folder(lodging: Lodge, checkout: Path) -> None:
    """A file, or more shares than descriptors, is no request."""
    file = {"target": str(checkout / "tool"), "writable": False}

    assert lodging.ask("settle", jar=JAR, number=0, shares=[file])["code"] == "request"
