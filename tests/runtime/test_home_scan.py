"""The tree of a place, as the agent takes it."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest
from jars import layout_of
from places import Wood, fifo, folder, open_folder, scan, symlink, unprivileged

from genieagent.copying import sha256_of
from genieagent.index import read_index, write_index
from genieagent.layout import Layout
from genieagent.place import Place
from genieagent.scan import scan_home, scan_root
from genieagent.stamps import Stamps
from genieagent.trees import EMPTY_TREE, sha256


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return layout_of(tmp_path)


@pytest.fixture
def root(layout: Layout) -> Path:
    return Path(layout.place("root"))


def modes(folder: Path) -> dict[str, int]:
    """Of all that is below, setgid included."""
    found = (path for path in folder.rglob("*"))
    return {str(p.relative_to(folder)): stat.S_IMODE(p.lstat().st_mode) for p in found}


def test_nothing(layout: Layout) -> None:
    """An empty place is the empty tree."""
    assert scan(layout, "root").tree == EMPTY_TREE


def test_everything(layout: Layout, root: Path) -> None:
    """Files, folders, symlinks, fifos and hard links, each with its bits."""
    (root / "a/b").mkdir(parents=True)
    (root / "a").chmod(0o2775)
    (root / "a/b").chmod(0o2775)
    (root / "a/b/file").write_text("text")
    (root / "a/b/file").chmod(0o4775)
    (root / "a/link").hardlink_to(root / "a/b/file")
    (root / "symlink").symlink_to("/nowhere\udcff")
    os.mkfifo(root / "fifo")
    (root / "fifo").chmod(0o660)
    wood = Wood()
    file = wood.file(b"text", 0o4775)
    entries = {"a": folder(), "a/b": folder(), "a/b/file": file, "a/link": file}
    others = {"symlink": symlink("/nowhere\udcff"), "fifo": fifo(0o660)}

    assert scan(layout, "root").tree == wood.tree({**entries, **others}, ("a/b/file", "a/link"))


def test_names_of_any_bytes(layout: Layout, root: Path) -> None:
    """Names need not be text, and may hold what our own formats use."""
    names = [b"\xff\xfe", b"new\nline", b'quo"te', b"a b", b"-", b" ", b"\xe2\x98\x83"]
    for name in names:
        (root / os.fsdecode(name)).touch(0o664)
        (root / os.fsdecode(name)).chmod(0o664)
    wood = Wood()
    found = scan(layout, "root")
    write_index(layout.index("root"), found)
    again = read_index(layout.index("root"))

    assert found.tree == wood.tree({os.fsdecode(name): wood.file() for name in names})
    assert again is not None and again.tree == found.tree and again.files == found.files


def test_what_the_managers_group_may(layout: Layout, root: Path) -> None:
    """In the root what is not private is opened to the group, what is private stays so; the bit
    that is in no tree is on every folder."""
    for path, mode in [("open", 0o755), ("private", 0o700), ("private/inner", 0o755)]:
        (root / path).mkdir()
        (root / path).chmod(mode)
    for path, mode in [("file", 0o644), ("key", 0o600), ("run", 0o755), ("private/f", 0o644)]:
        (root / path).touch()
        (root / path).chmod(mode)
    index = scan(layout, "root")
    tree = {str(os.fsdecode(p)): e.mode for p, e in index.forest.walk(index.tree.root)}

    assert modes(root) == {
        "open": 0o2775,
        "private": 0o2700,
        "private/inner": 0o2755,
        "file": 0o664,
        "key": 0o600,
        "run": 0o775,
        "private/f": 0o644,
    }
    assert tree == {path: mode & ~0o2000 for path, mode in modes(root).items()}


def test_a_file_with_a_private_and_an_open_name(layout: Layout, root: Path) -> None:
    """Both names show the mode that the file has in the end, whichever is seen first."""
    (root / "a").mkdir(0o700)
    (root / "z").mkdir(0o700)
    (root / "a/name").touch()
    (root / "a/name").chmod(0o644)
    for other in ("m", "z/name"):
        (root / other).hardlink_to(root / "a/name")
    index = scan(layout, "root")
    files = {e.mode for _, e in index.forest.walk(index.tree.root) if e.kind == "file"}

    assert files == {0o664}
    assert scan(layout, "root").tree == index.tree


def test_sockets(layout: Layout, root: Path) -> None:
    """Sockets are removed from a root and left alone in a home; in no tree is one."""
    home = Path(layout.place("home"))
    for place in (root, home):
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(place / "s"))

    assert scan(layout, "root").tree == scan(layout, "home").tree == EMPTY_TREE
    assert (list(root.iterdir()), list(home.iterdir())) == ([], [home / "s"])


def test_a_home_is_only_looked_at(layout: Layout) -> None:
    """The scan of a living home changes nothing in it."""
    home = Path(layout.place("home"))
    (home / "file").touch()
    (home / "file").chmod(0o644)
    before = (home / "file").stat()
    wood = Wood()

    assert scan(layout, "home").tree == wood.tree({"file": wood.file(mode=0o644)})
    assert (home / "file").stat() == before


def test_closed_entries() -> None:
    """Their owner reads what nobody may read, and puts its mode back."""

    def work() -> None:
        with open_folder() as path:
            layout = layout_of(path)
            root = Path(layout.place("root"))
            (root / "closed/inner").mkdir(parents=True)
            (root / "closed/inner/secret").write_text("text")
            (root / "closed/inner/secret").chmod(0)
            (root / "closed/inner").chmod(0o111)
            (root / "closed").chmod(0)
            index = scan(layout, "root")
            before = (root / "closed").stat().st_mode
            wood = Wood()
            entries = {"closed": folder(0), "closed/inner": folder(0o111)}
            file = {"closed/inner/secret": wood.file(b"text", 0)}

            assert index.tree == wood.tree({**entries, **file})
            assert stat.S_IMODE(before) == stat.S_ISGID

    unprivileged(work)


def test_sparse_file(layout: Layout, root: Path) -> None:
    """A hole counts as the zeros that it shows, before, between and behind what was written."""
    with (root / "sparse").open("wb") as file:
        for position in (3_000_000, 9_000_000):
            file.seek(position)
            file.write(b"written")
        file.truncate(20_000_000)
    (root / "sparse").chmod(0o664)
    index = scan(layout, "root")
    entry = index.forest.find(index.tree.root, b"sparse")

    assert entry is not None and entry.value == sha256((root / "sparse").read_bytes())


def test_deep_folders() -> None:
    """Ten thousand nested folders are walked without as many descriptors or stack frames."""
    with open_folder() as path:
        layout = layout_of(path)
        at = os.open(layout.place("root"), os.O_RDONLY)
        for _ in range(10_000):
            os.mkdir("d", 0o775, dir_fd=at)
            inner = os.open("d", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = inner
        os.close(os.open("leaf", os.O_CREAT | os.O_WRONLY, dir_fd=at))
        os.close(at)
        index = scan(layout, "root")
        again = read_index(layout.index("root"))

    assert len(list(index.forest.reachable(index.tree.root))) == 10_001
    assert again is not None and again.tree == index.tree


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every content that is read."""
    found: list[int] = []

    def read(file: int) -> str:
        found.append(file)
        return sha256_of(file)

    monkeypatch.setattr("genieagent.scan.sha256_of", read)
    return found


def test_a_second_scan_reads_nothing(layout: Layout, root: Path, reads: list[int]) -> None:
    """What is as it was is not read again, though its mode was opened in between."""
    for name in ("a", "b"):
        (root / name).write_text(name)
        (root / name).chmod(0o644)
    first = scan(layout, "root")
    again = scan(layout, "root")

    assert len(reads) == 2
    assert again.tree == first.tree


def test_a_file_of_several_names_is_read_once(layout: Layout, root: Path, reads: list[int]) -> None:
    """Hard links are one content."""
    (root / "a").write_text("text")
    (root / "b").hardlink_to(root / "a")
    scan(layout, "root")

    assert len(reads) == 1


def test_a_disguised_edit(layout: Layout, root: Path) -> None:
    """Same size, modification time put back: the change is seen all the same."""
    (root / "a").write_text("old")
    first = scan(layout, "root")
    before = (root / "a").stat()
    (root / "a").write_text("new")
    os.utime(root / "a", ns=(before.st_mtime_ns, before.st_mtime_ns))

    assert scan(layout, "root").tree != first.tree


def test_what_is_too_young_is_read_again(layout: Layout, root: Path) -> None:
    """A file that is no older than the stamp of a scan could change without showing it."""
    (root / "a").write_text("text")

    class Frozen(Stamps):
        def take(self) -> int:
            return (root / "a").stat().st_ctime_ns

    with Place(layout.place("root")) as place, Frozen(layout.stamp) as stamps:
        assert scan_home(place, stamps, None).files == {}
        assert scan_root(place, stamps, None, os.getgid()).files == {}


@pytest.mark.parametrize("damage", [b"", b"genieagent 1 ", b"{}", b"\0" * 100])
def test_a_damaged_index_is_none(layout: Layout, root: Path, damage: bytes) -> None:
    """What cannot be trusted is not there, and the scan finds everything anew."""
    (root / "a").write_text("text")
    first = scan(layout, "root")
    layout.index("root").write_bytes(damage)

    assert read_index(layout.index("root")) is None
    assert scan(layout, "root").tree == first.tree


def test_a_flipped_bit_in_an_index(layout: Layout, root: Path) -> None:
    """An index knows when it is not what was written."""
    (root / "a").write_text("text")
    scan(layout, "root")
    content = bytearray(layout.index("root").read_bytes())
    content[-10] ^= 1
    layout.index("root").write_bytes(content)

    assert read_index(layout.index("root")) is None
