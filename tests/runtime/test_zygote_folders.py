"""Folders of jars, made and emptied against whoever plants things in them."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from genieagent import folders, handover, jar_folder, syscalls
from genieagent.children import fork_child
from genieagent.jar import Role
from genieagent.jar_folder import FolderError, Owners
from genieagent.view import Places

UID, GID = os.getuid(), os.getgid()
OWNERS = Owners(manager_uid=UID, manager_gid=GID, workload=UID, agent=UID, passable=False)


@pytest.fixture
def jars(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def make(jars: int, tmp_path: Path, role: Role = "live", owners: Owners = OWNERS) -> Places:
    return jar_folder.make_jar_folder(jars, str(tmp_path), "j", role, owners)


def test_a_jars_folder_has_its_parts(jars: int, tmp_path: Path) -> None:
    """The manager's group changes home and build root and reads logs and backups, no more."""
    make(jars, tmp_path)
    modes = {path.name: path.stat().st_mode & 0o7777 for path in (tmp_path / "j").iterdir()}
    shared = dict.fromkeys(("home", "root"), 0o2770)
    readable = dict.fromkeys(("log", "backup"), 0o2750)
    private = dict.fromkeys(("tmp", "cache", "scratch"), 0o700)

    assert modes == {**shared, **readable, **private}
    assert (tmp_path / "j").stat().st_mode & 0o7777 == 0o770


@pytest.mark.parametrize(
    "role, passable, home",
    [("live", False, "home"), ("build", False, "root"), ("build", True, "home")],
)
def test_the_role_chooses_the_home(
    jars: int, tmp_path: Path, role: Role, passable: bool, home: str
) -> None:
    """A build sees the build root, where that is a matter of mounts."""
    owners = Owners(UID, GID, UID, UID, passable)
    places = make(jars, tmp_path, role, owners)
    status = (tmp_path / "j" / home).stat()

    assert places.home == f"{tmp_path}/j/{home}"
    assert places.home_identity == (status.st_dev, status.st_ino)


def test_making_again_keeps_what_is_there(jars: int, tmp_path: Path) -> None:
    """The manager's and the jar's modes and files stay."""
    make(jars, tmp_path)
    (tmp_path / "j" / "home" / "file").touch()
    (tmp_path / "j" / "home").chmod(0o2750)
    make(jars, tmp_path)

    assert (tmp_path / "j" / "home" / "file").exists()
    assert (tmp_path / "j" / "home").stat().st_mode & 0o7777 == 0o2750


@pytest.mark.parametrize("part", ["", "home", "tmp"])
def test_a_symlink_is_no_folder(jars: int, tmp_path: Path, part: str) -> None:
    """What leads elsewhere is refused, and nothing is changed there."""
    make(jars, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    target = tmp_path / "j" / part
    target.rename(tmp_path / "moved")
    target.symlink_to(elsewhere)

    with pytest.raises(OSError, match="Not a directory"):
        make(jars, tmp_path)
    assert list(elsewhere.iterdir()) == []


def test_another_ids_home_is_refused(jars: int, tmp_path: Path) -> None:
    """Two jars never share a home by mistake of a number."""
    make(jars, tmp_path)

    with pytest.raises(FolderError, match="another jar"):
        make(jars, tmp_path, owners=Owners(UID, GID, UID + 1, UID + 1, False))


def test_emptying_is_not_recursive(jars: int, tmp_path: Path) -> None:
    """Nests deeper than descriptors and recursion reach are removed, symlinks only unlinked."""
    (tmp_path / "precious").touch()
    nest = os.open(tmp_path, os.O_RDONLY)
    for depth in range(1500):
        os.mkdir("d", dir_fd=nest)
        inner = os.open("d", os.O_RDONLY, dir_fd=nest)
        os.close(nest)
        nest = inner
        if depth % 100 == 0:
            os.symlink(tmp_path, "link", dir_fd=nest)
            os.mkfifo("fifo", dir_fd=nest)
    os.close(nest)
    folders.remove_folder(jars, "d")

    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def with_something_mounted(point: Path, work: Callable[[], None]) -> bool:
    """Whether `work` succeeds while a file system with one file in it is mounted there, which is
    as it was afterwards. Nobody else sees the mount."""

    def do() -> None:
        mine = 0 if UID == 0 else syscalls.CLONE_NEWUSER
        syscalls.unshare(syscalls.CLONE_NEWNS | mine)
        if mine:
            Path("/proc/self/uid_map").write_text(f"{UID} {UID} 1")
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/gid_map").write_text(f"{GID} {GID} 1")
        syscalls.mount_setattr(syscalls.AT_FDCWD, path="/", propagation=syscalls.MS_PRIVATE)
        syscalls.move_mount(syscalls.new_file_system("tmpfs", {"size": "64k"}, 0), str(point))
        (point / "precious").touch()
        kept = os.open(point, os.O_RDONLY)
        before = os.stat("precious", dir_fd=kept)
        work()
        assert os.listdir(kept) == ["precious"]
        assert os.stat("precious", dir_fd=kept) == before

    return os.waitpid(fork_child(do, keep=range(3, 100)), 0)[1] == 0


@pytest.mark.parametrize("place", ["home/m", "home/a/b/m", "m"])
def test_what_is_mounted_is_not_emptied(tmp_path: Path, place: str) -> None:
    """Whoever has mounted something in a jar's folder reads where, and loses nothing."""
    point = tmp_path / "j" / place
    point.mkdir(parents=True)
    (tmp_path / "j" / "file").touch()

    def remove() -> None:
        caught = pytest.raises(folders.MountPointError)
        with folders.opened(str(tmp_path)) as jars, caught as raised:
            folders.remove_folder(jars, "j")
        assert os.path.ismount(raised.value.filename)

    assert with_something_mounted(point, remove)


def test_what_is_mounted_is_not_handed_over(jars: int, tmp_path: Path) -> None:
    """A folder of the manager's that is mounted in a home stays the manager's."""
    make(jars, tmp_path)
    point = tmp_path / "j" / "home" / "m"
    point.mkdir()
    point.chmod(0o755)

    def hand_over() -> None:
        owners = Owners(UID, GID, UID + 7, UID + 7, False)
        with folders.opened(str(tmp_path)) as inside:
            assert handover.hand_over(inside, "j", owners) == 0

    assert with_something_mounted(point, hand_over)


def test_a_walk_needs_few_descriptors(jars: int, tmp_path: Path) -> None:
    """Handing over visits every folder of a deep tree with a handful of open files."""
    make(jars, tmp_path)
    deep = tmp_path / "j" / "home"
    for _ in range(100):
        deep /= "d"
        deep.mkdir()
        (deep / "side").mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 8, hard))
    try:
        count = handover.hand_over(jars, "j", Owners(UID + 7, GID, UID, UID, False))
        visited = sum(1 for _ in handover.every_folder(jars))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert count == 0
    assert visited == 1 + 1 + 7 + 200


def test_what_is_put_aside_is_out_of_reach(jars: int, tmp_path: Path) -> None:
    """Under a new name below a folder that only the zygote may enter."""
    make(jars, tmp_path)
    aside = jar_folder.put_aside(jars, "j")

    assert aside is not None
    assert jar_folder.left_aside(jars) == [aside]
    assert (tmp_path / aside).stat().st_mode & 0o777 == 0o700
    assert jar_folder.put_aside(jars, "j") is None
