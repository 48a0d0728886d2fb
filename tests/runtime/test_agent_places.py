"""What a manager asks of a jar's places, through a real agent."""

from __future__ import annotations

import io
import os
import socket
import stat
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from jars import Manager, RefusedError, RunningAgent, agent, layout_of
from places import Wood, folder

from genieagent.operations import MakeFolder, Operation, WriteFile, to_wire
from genieagent.place import Place, link_target, reading
from genieagent.trees import EMPTY_FOLDER, Digest, parse_folder, sha256
from genieagent.wire import Channel, Connection
from genieagent.wire.codec import MAX_CONTENT, Kind


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir(exist_ok=True)
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir(exist_ok=True)
    return tmp_path / "root"


@contextmanager
def source(content: bytes) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file


def scan(manager: Manager, place: str) -> tuple[Digest, list[list[str]]]:
    """Root digest and link groups."""
    manager.ask("scan", place=place, anew=False)
    links: list[list[str]] = []
    while (message := manager.hear().message)["type"] == "links":
        links += message["links"]
    return message["root"], links


def objects(manager: Manager, digests: list[Digest]) -> dict[Digest, bytes]:
    answer = manager.request("objects", digests=digests)
    return {d: manager.channel.receive_content(size) for d, size in answer["digests"]}


def apply(
    manager: Manager, place: str, root: Digest, operations: list[tuple[Operation, bytes | None]]
) -> dict[str, object]:
    """One message of operations, then the commit; `applied` comes back."""
    manager.ask("apply", place=place, root=root, persist=[])
    with tempfile.TemporaryDirectory() as contents:
        files = []
        for number, content in enumerate(c for _, c in operations if c is not None):
            path = Path(contents, str(number))
            path.write_bytes(content)
            files.append(os.open(path, os.O_RDONLY))
        manager.ask("ops", tuple(files), ops=[to_wire(o) for o, _ in operations])
        for file in files:
            os.close(file)
        assert manager.hear().message == {"type": "staged"}
    return manager.request("commit")


def write(path: bytes, content: bytes, mode: int = 0o664) -> tuple[Operation, bytes]:
    return WriteFile(path, mode, len(content), sha256(content)), content


def test_hello(running: RunningAgent, home: Path) -> None:
    """The agent says which jar it is."""
    manager = running.connect()
    hello = manager.hello
    manager.close()

    assert hello == {
        "type": "hello",
        "version": 1,
        "jar": "test",
        "role": "live",
        "situation": "single",
        "home": str(home),
        "pid": running.pid,
    }


def test_another_version(running: RunningAgent) -> None:
    """A manager of another version is told so, and cannot go on."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(running.address)
    with Channel(connection, Connection("manager")) as channel:
        channel.send("hello", version=99, client="future")
        answer = channel.receive_message()
        end = channel.receive()

    assert answer is not None and answer.message["code"] == "version"
    assert end is None


def test_another_user(tmp_path: Path) -> None:
    """Nobody but the manager is talked to."""
    layout = layout_of(tmp_path)
    stranger = replace(layout.jar.ids, manager_uid=os.getuid() + 1)
    foreign = replace(layout, jar=replace(layout.jar, ids=stranger))
    with agent(foreign) as running, pytest.raises((EOFError, ConnectionError)):
        running.connect()


def test_scan(manager: Manager, root: Path) -> None:
    """A tree and its objects."""
    (root / "d").mkdir()
    (root / "d/file").write_text("text")
    (root / "link").hardlink_to(root / "d/file")
    digest, links = scan(manager, "root")
    found = objects(manager, [digest])
    inner = parse_folder(found[digest])[b"d"].value

    assert links == [["d/file", "link"]]
    assert sha256(found[digest]) == digest
    assert parse_folder(objects(manager, [inner])[inner])[b"file"].value == sha256(b"text")


def test_objects_of_no_scan(manager: Manager) -> None:
    """Only what the last scan has found can be had."""
    with pytest.raises(RefusedError, match="unscanned"):
        manager.request("objects", digests=[EMPTY_FOLDER])
    scan(manager, "root")
    with pytest.raises(RefusedError, match="unknown"):
        manager.request("objects", digests=["0" * 64])


def test_objects_of_the_last_build(manager: Manager) -> None:
    """Whoever looked for drift can have the folders that the home was built of."""
    root = Wood().tree({"d": folder()}).root
    apply(manager, "home", root, [(MakeFolder(b"d", 0o775), None)])
    manager.request("drift", persist=[], anew=False)

    assert sha256(objects(manager, [root])[root]) == root


def test_a_folder_larger_than_a_frame(manager: Manager, root: Path) -> None:
    """An object of any size arrives."""
    for number in range(700):
        (root / f"{number}").symlink_to("x/" * 2000)
    digest, _ = scan(manager, "root")
    content = objects(manager, [digest])[digest]

    assert len(content) > MAX_CONTENT[Kind.DATA] and sha256(content) == digest


@pytest.mark.parametrize("place", ["home", "root"])
def test_apply(manager: Manager, tmp_path: Path, place: str) -> None:
    """Operations come with their contents, and the place is what was asked for."""
    wood = Wood()
    tree = wood.tree({"d": folder(), "d/f\udcff": wood.file(b"text")})
    scan(manager, "root")
    operations = [(MakeFolder(b"d", 0o775), None), write(b"d/f\xff", b"text")]
    applied = apply(manager, place, tree.root, operations)

    assert applied == {"type": "applied", "backed_up": [], "backup": None}
    assert (tmp_path / place / "d/f\udcff").read_text() == "text"
    assert scan(manager, place)[0] == tree.root


def test_backup_is_reported(manager: Manager, tmp_path: Path, home: Path) -> None:
    """What was in the way is named, and the folder that it is in now."""
    (home / "a").write_text("mine")
    wood = Wood()
    tree = wood.tree({"a": wood.file(b"text")})
    applied = apply(manager, "home", tree.root, [write(b"a", b"text")])

    assert applied["backed_up"] == ["a"]
    assert (tmp_path / str(applied["backup"]) / "a").read_text() == "mine"


def test_a_refused_change(manager: Manager, home: Path) -> None:
    """The home is not touched, no stage is left, and the conversation goes on."""
    with pytest.raises(RefusedError, match="mismatch"):
        apply(manager, "home", "0" * 64, [write(b"a", b"text")])

    assert list(home.iterdir()) == []
    assert list((home / "../tmp/live").glob("change-*")) == []
    assert manager.request("status")["running"] is False


def test_a_manager_who_leaves_in_the_middle(running: RunningAgent, home: Path) -> None:
    """A change that is not committed does not happen."""
    manager = running.connect()
    manager.ask("apply", place="home", root=EMPTY_FOLDER, persist=[])
    manager.ask("ops", ops=[to_wire(MakeFolder(b"d", 0o775))])
    manager.hear()
    manager.close()

    assert list(home.iterdir()) == []


def test_drift(manager: Manager, home: Path) -> None:
    """No index: no tree. Else the tree, and what is not as it says."""
    manager.ask("drift", persist=[], anew=False)
    before = manager.hear().message
    wood = Wood()
    file = wood.file(b"text")
    tree = wood.tree({"a": file, "b": file})
    apply(manager, "home", tree.root, [write(b"a", b"text"), write(b"b", b"text")])
    (home / "a").chmod(0o600)
    (home / "b").unlink()
    manager.ask("drift", persist=[], anew=False)
    drifted, last = manager.hear().message, manager.hear().message

    assert before == {"type": "drift", "root": None}
    assert dict(map(tuple, drifted["entries"])) == {
        "a": ["file", 0o600, file.value, 4],
        "b": None,
    }
    assert last == {"type": "drift", "root": tree.root}


def test_pack(manager: Manager, root: Path) -> None:
    """A tar with every kind of entry, and where each file's bytes lie in it."""
    (root / "d").mkdir()
    (root / "d/file\udcff").write_text("text")
    os.utime(root / "d/file\udcff", ns=(1_000_000_001, 1_000_000_001))
    (root / "second").hardlink_to(root / "d/file\udcff")
    (root / "link").symlink_to("d")
    os.mkfifo(root / "fifo")
    with (root / "holes").open("wb") as file:
        file.truncate(5_000_000)
    scan(manager, "root")
    with tempfile.TemporaryFile() as target:
        manager.ask("pack", (target.fileno(),), place="root")
        manager.ask("paths", paths=["d", "d/file\udcff", "second", "link", "fifo"])
        manager.ask("paths", paths=["holes"])
        manager.ask("commit")
        files = {row[0]: row[1:] for row in manager.hear().message["files"]}
        assert manager.hear().message == {"type": "packed"}
        offset, size, digest, mtime = files["d/file\udcff"]
        content = os.pread(target.fileno(), size, offset)
        blocks = os.fstat(target.fileno()).st_blocks
        target.seek(0)
        with tarfile.open(fileobj=target) as archive:
            members = {m.name: m for m in archive.getmembers()}

    assert (content, digest, mtime) == (b"text", sha256(b"text"), 1_000_000_001)
    assert files.keys() == {"d/file\udcff", "holes"}
    assert {name: m.type for name, m in members.items()} == {
        "d": tarfile.DIRTYPE,
        "d/file\udcff": tarfile.REGTYPE,
        "second": tarfile.LNKTYPE,
        "link": tarfile.SYMTYPE,
        "fifo": tarfile.FIFOTYPE,
        "holes": tarfile.REGTYPE,
    }
    assert members["d/file\udcff"].pax_headers["mtime"] == "1.000000001"
    assert blocks * 512 < 200_000


def test_read(manager: Manager, home: Path) -> None:
    """The beginning of a file, and its whole size."""
    (home / "file").write_bytes(b"0123456789")
    answer = manager.request("read", place="home", path="file", limit=4)

    assert manager.channel.receive_content(answer["size"]) == b"0123"
    assert answer["total"] == 10


@pytest.mark.parametrize("kind", ["symlink", "folder", "fifo", "nothing", "way"])
def test_read_what_is_no_file(manager: Manager, home: Path, kind: str) -> None:
    """Nothing but a regular file of the place itself is read, and nobody waits for a fifo."""
    path = "thing"
    match kind:
        case "symlink":
            (home / "thing").symlink_to("/etc/passwd")
        case "folder":
            (home / "thing").mkdir()
        case "fifo":
            os.mkfifo(home / "thing")
        case "way":
            (home / "thing").symlink_to("/etc")
            path = "thing/passwd"

    with pytest.raises(RefusedError, match="machine"):
        manager.request("read", place="home", path=path, limit=10)


def test_what_has_changed_is_gone(home: Path) -> None:
    """A backup of a home that changes leaves out what is no more what it was listed as."""
    (home / "folder").mkdir()
    (home / "link").symlink_to("folder")
    with Place(str(home)) as place:
        with pytest.raises(FileNotFoundError):
            link_target(place.descriptor, b"folder")
        with pytest.raises(FileNotFoundError), reading(place.descriptor, b"link"):
            pass


def test_normalize(manager: Manager, home: Path) -> None:
    """What is not private is opened to the manager; what is private only if asked for."""
    for name, mode in [("file", 0o644), ("key", 0o600)]:
        (home / name).touch()
        (home / name).chmod(mode)
    first = manager.request("normalize", private=False)["changed"]
    between = stat.S_IMODE((home / "key").stat().st_mode)
    second = manager.request("normalize", private=True)["changed"]

    assert (first, between, second) == (1, 0o600, 1)
    assert stat.S_IMODE((home / "file").stat().st_mode) == 0o664
    assert stat.S_IMODE((home / "key").stat().st_mode) == 0o660


def fill(home: Path) -> None:
    """With everything that a home may hold."""
    (home / "d/closed").mkdir(parents=True)
    (home / "d/closed/file\udcff").write_text("text")
    (home / "d/second").hardlink_to(home / "d/closed/file\udcff")
    (home / "link").symlink_to("/etc/passwd")
    os.mkfifo(home / "fifo")
    with (home / "holes").open("wb") as file:
        file.truncate(3_000_000)
    (home / "d/closed").chmod(0o2500)
    os.utime(home / "d/second", ns=(1_000_000_001, 1_000_000_001))
    os.utime(home / "d", ns=(2_000_000_002, 2_000_000_002))


def test_backup_and_restore(manager: Manager, home: Path) -> None:
    """A home comes back from its archive as it was, and what was there is gone."""
    fill(home)
    before = scan(manager, "home")
    times = [(home / name).lstat().st_mtime_ns for name in ("d", "d/second")]
    with tempfile.TemporaryFile() as archive:
        manager.request("backup", (archive.fileno(),))
        (home / "new").touch()
        (home / "d/closed").chmod(0o700)
        (home / "d/closed/more").touch()
        manager.request("restore", (archive.fileno(),))

    assert scan(manager, "home") == before
    assert [(home / name).lstat().st_mtime_ns for name in ("d", "d/second")] == times
    assert (home / "holes").stat().st_blocks == 0


def hostile(*members: tuple[str, bytes, str]) -> bytes:
    """A tar.gz of names, types and link targets."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, kind, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member)
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(hostile(("/etc/x", tarfile.REGTYPE, "")), id="absolute"),
        pytest.param(hostile(("../x", tarfile.REGTYPE, "")), id="upwards"),
        pytest.param(hostile(("a/../../x", tarfile.REGTYPE, "")), id="hidden-upwards"),
        pytest.param(
            hostile(("a", tarfile.SYMTYPE, "/etc"), ("a/x", tarfile.REGTYPE, "")),
            id="below-a-symlink",
        ),
        pytest.param(hostile(("a", tarfile.LNKTYPE, "/etc/passwd")), id="link-to-outside"),
        pytest.param(
            hostile(("a", tarfile.SYMTYPE, ".."), ("b", tarfile.LNKTYPE, "a/x")),
            id="link-by-way-of-a-symlink",
        ),
        pytest.param(hostile(("a", tarfile.CHRTYPE, "")), id="device"),
        pytest.param(b"no archive at all", id="noise"),
        pytest.param(hostile(("a", tarfile.REGTYPE, ""))[:-9], id="cut"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_archives_that_reach_out(manager: Manager, home: Path, content: bytes) -> None:
    """They are refused before anything in the home is touched."""
    (home / "mine").touch()
    with source(content) as archive, pytest.raises(RefusedError, match="^archive: "):
        manager.request("restore", (archive.fileno(),))

    assert [p.name for p in home.iterdir()] == ["mine"]


def test_cache_mounts(tmp_path: Path, root: Path) -> None:
    """A cache is there for a command and kept from one to the next, in no tree."""
    (root / "own").mkdir()
    (root / "own/file").touch()
    mounts = [{"id": "npm", "target": "x/cache"}, {"id": "pip", "target": "own"}]
    script = "ls own x/cache; echo 1 >> x/cache/count; echo 1 >> own/count; touch made"
    with agent(layout_of(tmp_path, "build")) as running:
        manager = running.connect()
        first = manager.run(script, mounts=mounts)[1]
        between = sorted(str(p.relative_to(root)) for p in root.rglob("*"))
        second = manager.run(script, mounts=mounts)[1]
        manager.close()

    assert between == ["made", "own", "own/file"]
    assert (first.split(), second.split()) == (
        [b"own:", b"x/cache:"],
        [b"own:", b"count", b"x/cache:", b"count"],
    )


def test_a_command_that_breaks_its_mounts(tmp_path: Path, root: Path) -> None:
    """What it puts in a cache's place is its result; the next one finds an empty cache."""
    mounts = [{"id": "npm", "target": "cache"}]
    with agent(layout_of(tmp_path, "build")) as running:
        manager = running.connect()
        manager.run("rm -rf cache; echo mine > cache", mounts=mounts)
        left = (root / "cache").read_text()
        (root / "cache").unlink()
        listed = manager.run("ls -A cache", mounts=mounts)
        manager.close()

    assert (left, listed) == ("mine\n", (0, b"", b""))


def test_a_mount_below_a_symlink(tmp_path: Path, root: Path) -> None:
    """A cache is not mounted outside of the place."""
    (root / "out").symlink_to("/etc")
    with agent(layout_of(tmp_path, "build")) as running:
        manager = running.connect()
        with pytest.raises(RefusedError, match="mount: cannot mount a cache at out/x"):
            manager.run("true", mounts=[{"id": "a", "target": "out/x"}])
        manager.close()

    assert not Path("/etc/x").exists()


def test_without_namespaces(tmp_path: Path, home: Path, root: Path) -> None:
    """A build's command finds the root under the home's path, and its own empty TMPDIR."""
    (home / "live").touch()
    (root / "built").touch()
    script = "pwd; ls; ls $TMPDIR | wc -l; touch $TMPDIR/x made"
    with agent(layout_of(tmp_path, "build", "no-namespaces")) as running:
        manager = running.connect()
        first, second = manager.run(script)[1], manager.run(script)[1]
        manager.close()

    assert first.decode().split() == [str(home), "built", "0"]
    assert second.decode().split() == [str(home), "built", "made", "0"]
    assert {p.name for p in home.iterdir()} == {"live"}
    assert {p.name for p in root.iterdir()} == {"built", "made"}


def test_busy_without_namespaces(tmp_path: Path) -> None:
    """While an app lives in the home a build's command is refused, with the reason."""
    with (
        agent(layout_of(tmp_path, "live", "no-namespaces")) as live,
        agent(layout_of(tmp_path, "build", "no-namespaces")) as build,
    ):
        user, builder = live.connect(), build.connect()
        user.start(["sleep", "300"], kind="start")
        user.hear()
        with pytest.raises(RefusedError, match="busy: the home is in use"):
            builder.run("true")
        user.request("stop", grace=1)
        user.close()
        again = builder.start(["sleep", "300"])
        user = live.connect()
        with pytest.raises(RefusedError, match="busy: a RUN is using"):
            apply(user, "home", EMPTY_FOLDER, [(MakeFolder(b"d", 0o775), None)])
        user.close()
        builder.close()
    for descriptor in again.descriptors:
        os.close(descriptor)

    assert again.message["type"] == "started"


@contextmanager
def swapping(folder: Path, target: Path) -> Iterator[None]:
    """Meanwhile the folder is a symlink to the target every other moment."""
    stop = threading.Event()

    def swap() -> None:
        away = folder.with_name("away")
        while not stop.is_set():
            with suppress(OSError):
                folder.rename(away)
                folder.symlink_to(target)
                folder.unlink()
                away.rename(folder)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_racing_symlink(manager: Manager, tmp_path: Path, home: Path) -> None:
    """Whatever is swapped while a change happens, it happens in the home or not at all."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (home / "d").mkdir()
    wood = Wood()
    with swapping(home / "d", outside):
        for number in range(40):
            content = str(number).encode()
            tree = wood.tree({"d": folder(), "d/file": wood.file(content)})
            operations = [(MakeFolder(b"d", 0o775), None), write(b"d/file", content)]
            with suppress(RefusedError):
                apply(manager, "home", tree.root, operations)
                manager.request("normalize", private=True)
    tree = wood.tree({"d": folder(), "d/file": wood.file(b"last")})
    apply(manager, "home", tree.root, [(MakeFolder(b"d", 0o775), None), write(b"d/file", b"last")])

    assert list(outside.iterdir()) == []
    assert (home / "d/file").read_text() == "last"


def test_a_racing_symlink_is_a_danger(tmp_path: Path, home: Path) -> None:
    """Who writes by path is led out by the same trick: the test above proves something."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (home / "d").mkdir()
    deadline = time.monotonic() + 20
    with swapping(home / "d", outside):
        while not list(outside.iterdir()) and time.monotonic() < deadline:
            with suppress(OSError):
                (home / "d/file").write_text("out")

    assert [path.name for path in outside.iterdir()] == ["file"]
