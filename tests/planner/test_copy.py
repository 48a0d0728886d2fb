"""What COPY puts where: the overlay it becomes, without a cache or a jar."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import Project

from geniejars import EMPTY_TREE, Forest, JFileError, OverlayStep
from jarbuild.context import Context, Destination
from jarbuild.stamps import StatCache


@pytest.fixture
def project(project: Project) -> Project:
    project.write("one.txt", "one")
    project.write("two.txt", "two")
    project.write("app/main.py", "main")
    project.write("app/lib/util.py", "util")
    project.write("app/notes.md", "notes")
    project.write("more/main.py", "another")
    (project.context / "app/here").symlink_to("main.py")
    (project.context / "one.link").symlink_to("one.txt")
    (project.context / "app.link").symlink_to("app")
    return project


def home(project: Project, *lines: str) -> dict[str, str]:
    """Everything in the home after these lines but for folders that are not empty."""
    project.jfile.write_text("\n".join(lines) + "\n")
    planning = project.plan()
    forest = Forest(objects=None, fresh=dict(planning.folders))
    tree = planning.plan.output
    assert tree is not None
    return dict(described(forest, tree.root))


def described(forest: Forest, root: str) -> Iterator[tuple[str, str]]:
    for path, entry in forest.walk(root):
        name = os.fsdecode(path)
        if entry.kind == "symlink":
            yield name, "-> " + os.fsdecode(bytes.fromhex(entry.value))
        elif entry.kind == "file":
            yield name, f"{entry.mode:o} {entry.size}"
        elif not forest.folder(entry.value):
            yield name, f"{entry.mode:o} /"


APP = {"main.py": "664 4", "lib/util.py": "664 4", "notes.md": "664 5", "here": "-> main.py"}


def under(folder: str, entries: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": what for name, what in entries.items()}


CASES = [
    pytest.param(["COPY one.txt one.txt"], {"one.txt": "664 3"}, id="file-to-file"),
    pytest.param(["COPY one.txt a/b/c"], {"a/b/c": "664 3"}, id="parents-are-made"),
    pytest.param(["COPY one.txt a/"], {"a/one.txt": "664 3"}, id="file-into-folder"),
    pytest.param(["COPY one.txt ."], {"one.txt": "664 3"}, id="file-into-home"),
    pytest.param(["WORKDIR w", "COPY one.txt ."], {"w/one.txt": "664 3"}, id="file-into-workdir"),
    pytest.param(["WORKDIR w", "COPY one.txt .."], {"one.txt": "664 3", "w": "775 /"}, id="up"),
    pytest.param(["WORKDIR a", "WORKDIR b"], {"a": "775 /", "b": "775 /"}, id="workdir-is-no-cd"),
    pytest.param(["COPY app app"], under("app", APP), id="folder-contents"),
    pytest.param(["COPY app/ srv/"], under("srv", APP), id="folder-contents-with-slashes"),
    pytest.param(["COPY app ."], APP, id="folder-contents-into-home"),
    pytest.param(["COPY app /home/jar/x"], under("x", APP), id="absolute-destination"),
    pytest.param(["COPY app.link x"], under("x", APP), id="source-link-to-folder-is-followed"),
    pytest.param(["COPY one.link x/"], {"x/one.link": "664 3"}, id="source-link-to-file"),
    pytest.param(
        ["COPY app more x"], None, id="two-sources-need-a-slash"
    ),
    pytest.param(
        ["COPY app more x/"], under("x", {**APP, "main.py": "664 7"}), id="later-source-wins"
    ),
    pytest.param(
        ["COPY one.txt two.txt x/"], {"x/one.txt": "664 3", "x/two.txt": "664 3"}, id="two-files"
    ),
    pytest.param(
        ["COPY *.txt x/"], {"x/one.txt": "664 3", "x/two.txt": "664 3"}, id="glob"
    ),
    pytest.param(["COPY o*.txt x"], {"x": "664 3"}, id="glob-with-one-match-is-a-file"),
    pytest.param(["COPY *.txt x"], None, id="glob-with-two-matches-needs-a-slash"),
    pytest.param(["COPY app/l* x"], {"x/util.py": "664 4"}, id="glob-of-a-folder"),
    pytest.param(["COPY nothing* x/"], None, id="glob-without-match"),
    pytest.param(
        ["COPY --exclude=*.md --exclude=lib app x"],
        {"x/main.py": "664 4", "x/here": "-> main.py"},
        id="exclude",
    ),
    pytest.param(
        ["COPY --exclude=*.py --exclude=!main.py app x"],
        under("x", APP),
        id="exclude-is-anchored-at-the-source",
    ),
    pytest.param(["COPY --exclude=one* *.txt x/"], {"x/two.txt": "664 3"}, id="exclude-a-file"),
    pytest.param(["COPY --chmod=600 one.txt x"], {"x": "600 3"}, id="chmod-private"),
    pytest.param(["COPY --chmod=755 one.txt x"], {"x": "775 3"}, id="chmod-shared"),
    pytest.param(["COPY app x", "COPY one.txt x"], None, id="file-onto-folder"),
    pytest.param(["COPY one.txt x", "COPY app x"], None, id="folder-onto-file"),
    pytest.param(["COPY app/here x"], {"x": "664 4"}, id="link-in-a-folder-named-itself"),
    pytest.param(['COPY ["one.txt", "with space"]'], {"with space": "664 3"}, id="json"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), CASES)
def test_where_it_goes(lines: list[str], expected: dict[str, str] | None, project: Project) -> None:
    """The ancestor's meaning where it had one, Docker's `dest/`, globs and flags beside it."""
    if expected is None:
        with pytest.raises(JFileError):
            home(project, *lines)
    else:
        assert home(project, *lines) == expected


def test_literal_names_win_over_globs(project: Project) -> None:
    """A file that is called like a pattern can be copied by its name."""
    project.write("[id].txt", "literal")

    assert home(project, "COPY [id].txt x") == {"x": "664 7"}


def test_absolute_sources(project: Project, tmp_path: Path) -> None:
    """A path outside the context may be copied, `${COMMON}` too; .jarignore says nothing of it."""
    (tmp_path / "tool").write_text("tool")
    project.retarget(common=str(tmp_path))
    project.write(".jarignore", "tool\n")

    assert home(project, "COPY ${COMMON}/tool a", f"COPY {tmp_path}/tool b") == {
        "a": "664 4",
        "b": "664 4",
    }


def test_modes(project: Project) -> None:
    """The group gets what the owner has; private entries, and what is below them, stay."""
    project.write("m/script", "x", 0o755)
    project.write("m/read-only", "x", 0o444)
    project.write("m/key", "x", 0o600)
    project.write("m/private/inside", "x", 0o644)
    (project.context / "m/private").chmod(0o700)
    (project.context / "m/void").mkdir(mode=0o755)
    (project.context / "m/void").chmod(0o2755)

    assert home(project, "COPY m m") == {
        "m/script": "775 1",
        "m/read-only": "444 1",
        "m/key": "600 1",
        "m/private/inside": "644 1",
        "m/void": "775 /",
    }


def test_a_private_checkout_does_not_close_the_home(project: Project) -> None:
    """The context's own bits are nobody's business in the jar."""
    project.context.chmod(0o700)
    planning_home = home(project, "COPY . app")

    assert planning_home["app/one.txt"] == "664 3"


def test_an_existing_folder_keeps_its_bits(project: Project) -> None:
    """A path on the way says nothing about the folders that are there."""
    (project.context / "private").mkdir(mode=0o700)
    project.write("private/x", "x")
    (project.context / "private").chmod(0o700)
    project.jfile.write_text("COPY private .ssh\nCOPY one.txt .ssh/config\nWORKDIR .ssh\n")
    planning = project.plan()
    forest = Forest(None, dict(planning.folders))
    entry = forest.find(planning.plan.output.root, b".ssh")

    assert entry is not None and entry.mode == 0o700


def test_ignored_entries(project: Project) -> None:
    """What .jarignore leaves out is in no copy, but for what it takes back in."""
    project.write(".jarignore", "app\n!app/lib/util.py\n**/one*\n*.link\n")
    found = home(project, "COPY . x")

    assert found == {
        "x/.jarignore": "664 36",
        "x/JFile": "664 9",
        "x/app/lib/util.py": "664 4",
        "x/more/main.py": "664 7",
        "x/two.txt": "664 3",
    }


@pytest.mark.parametrize("source", ["one.txt", "app", ".geniejars-selected"])
def test_naming_what_is_ignored_is_an_error(source: str, project: Project) -> None:
    """As in Docker it is as if it was not there, but the message says why."""
    project.write(".jarignore", "one.txt\napp\n")
    project.write(".geniejars-selected", "jar001")

    with pytest.raises(JFileError, match=r"left out by \.jarignore"):
        home(project, f"COPY {source} x")


def test_sockets_fifos_and_devices_are_left_out(project: Project) -> None:
    """They are named in one warning."""
    os.mkfifo(project.context / "app/pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(project.context / "app")  # the path of a socket is short
        listener.bind("sock")
        os.chdir(here)
        found = home(project, "COPY app x")
    warnings = project.plan().plan.warnings

    assert found == under("x", APP)
    assert len(warnings) == 1
    assert "app/pipe" in warnings[0] and "app/sock" in warnings[0]


def test_names_that_are_not_utf_8(project: Project) -> None:
    """A name is bytes; patterns see it as well."""
    odd = os.fsencode(project.context) + b"/app/\xff\xfe.bin"
    Path(os.fsdecode(odd)).write_bytes(b"x")
    kept = home(project, "COPY app x")
    project.write(".jarignore", "**/*.bin\n")
    ignored = home(project, "COPY app x")

    assert kept == {**under("x", APP), "x/\udcff\udcfe.bin": "664 1"}
    assert ignored == under("x", APP)


@pytest.fixture
def memory() -> Iterator[str]:
    """A temporary folder in memory where that can be had: ten thousand take long on a disk."""
    shared = "/dev/shm"  # noqa: S108
    with tempfile.TemporaryDirectory(dir=shared if os.path.isdir(shared) else None) as folder:
        yield folder


def test_ten_thousand_nested_folders(memory: str) -> None:
    """Neither the stack, nor paths, nor descriptors run out."""
    depth, name = 10_000, "d"
    descriptor = os.open(memory, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=descriptor)
        deeper = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = deeper
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=descriptor))
    forest = Forest()
    context = Context.open(memory, forest, StatCache())
    overlay = context.overlay(context.find("d"), Destination(b"d", is_folder=False))
    remove_deep(descriptor, depth, name)
    walked = sum(1 for _ in forest.reachable(overlay.digest))

    assert walked == depth + 1
    assert next(iter(overlay.sources.values())).path.endswith(b"/d/d/file")


def remove_deep(descriptor: int, depth: int, name: str) -> None:
    """From the bottom up; rmtree of a path this long would fail."""
    os.unlink("file", dir_fd=descriptor)
    for _ in range(depth):
        above = os.open("..", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        os.rmdir(name, dir_fd=above)
        descriptor = above
    os.close(descriptor)


def test_an_unreadable_file_is_an_error_that_names_jarignore(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is silently left out."""
    refuse_to_open(monkeypatch, b"util.py")

    with pytest.raises(JFileError, match=r"cannot read .*/app/lib/util.py") as caught:
        home(project, "COPY app x")
    assert ".jarignore" in (caught.value.help or "")
    assert caught.value.place is not None and caught.value.place.column == 6


def refuse_to_open(monkeypatch: pytest.MonkeyPatch, refused: bytes) -> None:
    """As for a file of somebody else's; root may read everything."""
    real = os.open

    def fake(path: bytes, *args: int, **kwargs: int) -> int:
        if path == refused:
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", fake)


def test_sources_say_where_contents_lie(project: Project) -> None:
    """By digest: a real path and the stamp that a descriptor must still have."""
    project.jfile.write_text("COPY one.link x\n")
    step = project.plan().plan.steps[0]
    assert isinstance(step, OverlayStep)
    (source,) = step.sources.values()
    seen = (project.context / "one.txt").stat()

    assert source.path == os.fsencode(project.context / "one.txt")
    assert source.stamp[1:4] == (seen.st_ino, seen.st_mode, seen.st_size)
    assert step.input == EMPTY_TREE
