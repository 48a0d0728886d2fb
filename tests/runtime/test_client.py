"""The client over a real socket, with an agent that follows a script."""

from __future__ import annotations

import ast
import inspect
import os
import signal
import socket
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import geniejars
from genieagent.operations import MakeFolder, Operation, WriteFile
from genieagent.trees import Entry, Tree, sha256
from genieagent.wire import VERSION, Channel, Connection, Received
from geniejars import (
    AgentError,
    AgentLostError,
    AgentSession,
    App,
    DamagedEntryError,
    InternalError,
    LayerFile,
    Stream,
    Terminal,
    TimedOutError,
)
from geniejars.operation_batches import MOST_DESCRIPTORS

Script = Callable[[Channel], None]
Play = Callable[[Script], AgentSession]


@pytest.fixture
def play() -> Iterator[Play]:
    """A session whose agent says hello and then does what the script says."""
    threads, sessions = [], []

    def start(script: Script) -> AgentSession:
        ours, theirs = socket.socketpair()
        thread = threading.Thread(target=_act, args=(theirs, script))
        thread.start()
        threads.append(thread)
        sessions.append(AgentSession.open(ours, "jar001"))
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()
    for thread in threads:
        thread.join()


def _act(connection: socket.socket, script: Script) -> None:
    with Channel(connection, Connection("agent")) as channel:
        hear(channel)
        channel.send(
            "hello",
            version=VERSION,
            jar="jar001",
            role="live",
            situation="full",
            home="/home/jar",
            pid=1,
        )
        script(channel)


def hear(channel: Channel) -> Received:
    heard = channel.receive_message()
    assert heard is not None
    return heard


def send_ends(channel: Channel, *ends: int) -> None:
    channel.send("started", ends, pid=7)
    for end in ends:
        os.close(end)


class Output:
    """What a command wrote, by stream."""

    def __init__(self) -> None:
        self.bytes: dict[Stream, bytes] = {"stdout": b"", "stderr": b""}

    def take(self, stream: Stream, data: bytes) -> None:
        self.bytes[stream] += data


def test_output_arrives_unchanged_and_whole(play: Play) -> None:
    """Any bytes, far more than a pipe holds, and the exit code after the last of them."""
    content = bytes(range(256)) * 4096

    def agent(channel: Channel) -> None:
        request = hear(channel).message
        (out, out_writer), (err, err_writer) = os.pipe(), os.pipe()
        send_ends(channel, out, err)
        for writer, data in ((out_writer, content), (err_writer, request["cwd"].encode())):
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(data)
        channel.send("exited", code=137)

    output = Output()
    code = play(agent).run(["true"], env={}, cwd=b"sub/dir", on_output=output.take)

    assert (code, output.bytes) == (137, {"stdout": content, "stderr": b"sub/dir"})


def test_output_of_a_command_that_took_too_long_is_not_lost(play: Play) -> None:
    """What it wrote comes first, then the error."""

    def agent(channel: Channel) -> None:
        hear(channel)
        reader, writer = os.pipe()
        send_ends(channel, reader)
        os.write(writer, b"half")
        channel.send("error", code="timeout", message="RUN took longer than 1 s")
        os.close(writer)

    output = Output()
    with pytest.raises(TimedOutError, match="longer than 1 s"):
        play(agent).run(["sleep"], env={}, timeout=1, on_output=output.take)

    assert output.bytes["stdout"] == b"half"


def test_a_pipe_that_stays_open_holds_nobody_up(play: Play) -> None:
    """A descendant that got away may keep the writing end; the command has ended all the same."""
    kept = []

    def agent(channel: Channel) -> None:
        hear(channel)
        reader, writer = os.pipe()
        kept.append(writer)
        send_ends(channel, reader)
        channel.send("exited", code=0)

    code = play(agent).run(["daemon"], env={}, on_output=Output().take)

    assert code == 0
    os.close(kept[0])


def test_input_is_forwarded_to_its_end(play: Play, tmp_path: Path) -> None:
    """Through a pipe of our own: the manager's descriptor stays outside the jar."""
    source = tmp_path / "input"
    source.write_bytes(b"x" * 300_000)

    def agent(channel: Channel) -> None:
        request = hear(channel)
        reader, writer = os.pipe()
        send_ends(channel, reader)
        with os.fdopen(request.descriptors[0], "rb") as stdin, os.fdopen(writer, "wb") as out:
            out.write(b"%d %o" % (len(stdin.read()), os.fstat(stdin.fileno()).st_mode >> 12))
        channel.send("exited", code=0)

    output = Output()
    with source.open("rb") as file:
        play(agent).run(["wc"], env={}, stdin=file.fileno(), on_output=output.take)

    assert output.bytes["stdout"] == b"300000 1"


def test_input_that_nobody_reads_is_dropped(play: Play, tmp_path: Path) -> None:
    """The command has ended; what is left of its input is in nobody's way."""
    source = tmp_path / "input"
    source.write_bytes(b"x" * 300_000)

    def agent(channel: Channel) -> None:
        os.close(hear(channel).descriptors[0])
        reader, writer = os.pipe()
        send_ends(channel, reader)
        os.close(writer)
        channel.send("exited", code=3)
        channel.receive_message()

    with source.open("rb") as file:
        code = play(agent).run(["true"], env={}, stdin=file.fileno(), on_output=Output().take)

    assert code == 3


def test_a_terminal_carries_both_ways(play: Play) -> None:
    """One descriptor, the master of a pty; its size went with the request."""

    def agent(channel: Channel) -> None:
        size = hear(channel).message["tty"]
        master, slave = os.openpty()
        tty.setraw(slave)
        send_ends(channel, master)
        typed = os.read(slave, 3)
        os.write(slave, b"%d x %d: %b" % (size["rows"], size["cols"], typed))
        os.close(slave)
        channel.send("exited", code=0)

    output = Output()
    reader, writer = os.pipe()
    os.write(writer, b"abc")
    play(agent).run(
        ["vi"], env={}, stdin=reader, tty=Terminal(rows=24, cols=80), on_output=output.take
    )
    os.close(reader)
    os.close(writer)

    assert output.bytes["stdout"] == b"24 x 80: abc"


def test_signals_reach_a_running_command(play: Play) -> None:
    """From a signal handler of the manager's, as Ctrl-C in `exec`."""
    heard = []

    def agent(channel: Channel) -> None:
        hear(channel)
        reader, writer = os.pipe()
        send_ends(channel, reader)
        os.kill(os.getpid(), signal.SIGUSR1)
        heard.append(hear(channel).message)
        os.close(writer)
        channel.send("exited", code=130)

    session = play(agent)
    before = signal.signal(signal.SIGUSR1, lambda *_: session.send_signal("INT"))
    try:
        code = session.run(["sleep"], env={}, on_output=Output().take)
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert (code, heard) == (130, [{"type": "signal", "name": "INT"}])


@pytest.mark.parametrize("path", ["/dev/null", "/etc/passwd"])
def test_nothing_but_pipes_and_terminals_is_accepted(path: str, play: Play) -> None:
    """An agent might be the workload's by now: its descriptors are suspect."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    ended = threading.Event()

    def agent(channel: Channel) -> None:
        hear(channel)
        send_ends(channel, os.open(path, os.O_RDONLY))
        channel.receive_message()
        ended.set()

    session = play(agent)
    with pytest.raises(InternalError, match="no pipe and no terminal"):
        session.run(["x"], env={}, on_output=Output().take)
    session.close()

    assert ended.wait(10)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


def test_a_lost_agent_is_said_to_be_lost(play: Play) -> None:
    """In the middle of a request, and at the next one."""
    session = play(hear)

    with pytest.raises(AgentLostError):
        session.status()
    with pytest.raises((AgentLostError, InternalError)):
        session.status()


def test_a_refusal_has_the_agents_code(play: Play) -> None:
    """And the session goes on."""

    def agent(channel: Channel) -> None:
        hear(channel)
        channel.send("error", code="not-running", message="nothing runs")
        hear(channel)
        channel.send("done")

    session = play(agent)
    with pytest.raises(AgentError, match="nothing runs") as caught:
        session.stop(1.0)
    session.end()

    assert caught.value.code == "not-running"


def test_a_broken_conversation_is_a_bug(play: Play) -> None:
    """Garbage is never taken for an answer."""
    session = play(lambda channel: hear(channel) and channel.socket.sendall(b"\xff" * 64))  # type: ignore[func-returns-value]

    with pytest.raises(InternalError, match="conversation with jar001 broke"):
        session.status()


def test_a_tree_comes_in_pieces(play: Play) -> None:
    """Groups of hard links, then the root; folder objects with their bytes."""
    folder, other = b"f 644 x 1 a\0", b"d 755 y 0 b\0"

    def agent(channel: Channel) -> None:
        hear(channel)
        channel.send("links", links=[["a", "b"]])
        channel.send("links", links=[["c", "d\udcff"]])
        channel.send("scanned", root="1" * 64)
        asked = hear(channel).message["digests"]
        sizes = [[digest, len(folder)] for digest in asked]
        channel.send("objects", digests=sizes, size=len(folder + other))
        channel.send_data(folder + other)

    session = play(agent)
    tree = session.scan("root")
    objects = session.objects([sha256(folder), sha256(other)])

    assert tree == Tree("1" * 64, ((b"a", b"b"), (b"c", b"d\xff")))
    assert objects == {sha256(folder): folder, sha256(other): other}


def test_drift_tells_what_is_there_instead(play: Play) -> None:
    """Frozen facts: the tree that should be, and entries by path, None where one is gone."""

    def agent(channel: Channel) -> None:
        hear(channel)
        entry = ["file", 0o644, "2" * 64, 5]
        channel.send("drifted", entries=[["a", entry], ["b", None]])
        channel.send("drift", root="1" * 64)

    drift = play(agent).drift()

    assert drift.tree == Tree("1" * 64)
    assert drift.entries == ((b"a", Entry("file", 0o644, "2" * 64, 5)), (b"b", None))


def test_a_home_without_a_build_has_no_tree(play: Play) -> None:
    """None, which is not the empty tree."""

    def agent(channel: Channel) -> None:
        hear(channel)
        channel.send("drift", root=None)

    assert play(agent).drift().tree is None


def test_files_are_open_only_while_they_are_sent(play: Play, tmp_path: Path) -> None:
    """Batches of at most 200; `after` sees each descriptor once the agent has read."""
    source = tmp_path / "source"
    source.write_bytes(b"content")
    batches = []

    def agent(channel: Channel) -> None:
        hear(channel)
        while (heard := hear(channel)).message["type"] == "ops":
            batches.append((len(heard.message["ops"]), len(heard.descriptors)))
            for descriptor in heard.descriptors:
                os.close(descriptor)
            channel.send("staged")
        channel.send("applied", backed_up=["own"], backup="20240101")

    opened: list[int] = []
    seen: list[bytes] = []

    def open_late() -> int:
        opened.append(len(seen))
        return os.open(source, os.O_RDONLY)

    def after(operation: Operation, descriptor: int) -> None:
        assert os.pread(descriptor, 7, 0) == b"content"
        seen.append(operation.path)

    files = [WriteFile(b"f%d" % n, 0o644, 7, sha256(b"content")) for n in range(450)]
    operations = [(MakeFolder(b"d", 0o755), None), *((file, open_late) for file in files)]
    applied = play(agent).apply("home", Tree(), operations, after=after)

    assert (applied.backed_up, applied.backup) == (("own",), "20240101")
    assert batches == [(201, 200), (200, 200), (50, 50)]
    assert opened[MOST_DESCRIPTORS] == MOST_DESCRIPTORS
    assert seen == [file.path for file in files]


def test_a_changed_source_stops_an_apply(play: Play, tmp_path: Path) -> None:
    """What `after` raises reaches the caller, nothing is committed and nothing stays open."""
    source = tmp_path / "source"
    source.touch()
    said: list[str] = []

    def agent(channel: Channel) -> None:
        hear(channel)
        for descriptor in hear(channel).descriptors:
            os.close(descriptor)
        channel.send("staged")
        if (heard := channel.receive_message()) is not None:
            said.append(heard.message["type"])

    def refuse(_operation: Operation, _descriptor: int) -> None:
        raise ValueError("changed")

    session = play(agent)
    before = len(list(Path("/proc/self/fd").iterdir()))
    write = WriteFile(b"f", 0o644, 0, sha256(b""))
    with pytest.raises(ValueError, match="changed"):
        session.apply("home", Tree(), [(write, lambda: os.open(source, os.O_RDONLY))], after=refuse)
    after = len(list(Path("/proc/self/fd").iterdir()))
    session.close()

    assert (after, said) == (before, [])


@pytest.mark.parametrize("is_source_changed", [False, True], ids=["layer", "source"])
def test_a_content_that_the_agent_found_damaged(
    play: Play, tmp_path: Path, is_source_changed: bool
) -> None:
    """It is the cache that is damaged, unless a context file has changed meanwhile."""
    source = tmp_path / "source"
    source.touch()

    def agent(channel: Channel) -> None:
        hear(channel)
        for descriptor in hear(channel).descriptors:
            os.close(descriptor)
        channel.send("error", code="damaged", message="the content of f is too short")

    def check(_operation: Operation, _descriptor: int) -> None:
        if is_source_changed:
            raise ValueError("changed")

    write = WriteFile(b"f", 0o644, 1, sha256(b"x"))
    opened = [(write, lambda: os.open(source, os.O_RDONLY))]
    told = ValueError if is_source_changed else DamagedEntryError

    with pytest.raises(told, match="changed|of f is"):
        play(agent).apply("home", Tree(), opened, after=check)


def test_pack_tells_where_contents_lie(play: Play, tmp_path: Path) -> None:
    """Rows become LayerFiles, undecodable names come back as the same bytes."""

    def agent(channel: Channel) -> None:
        [descriptor] = hear(channel).descriptors
        paths = hear(channel).message["paths"]
        hear(channel)
        os.write(descriptor, b"tar")
        os.close(descriptor)
        channel.send("files", files=[[path, 512, 3, "3" * 64, 17] for path in paths])
        channel.send("packed")

    with (tmp_path / "layer").open("w+b") as layer:
        files = play(agent).pack("root", [b"a\xff"], layer.fileno())
        layer.seek(0)
        content = layer.read()

    assert files == [LayerFile(b"a\xff", 512, 3, "3" * 64, 17)]
    assert content == b"tar"


def test_a_log_is_carried_through(play: Play) -> None:
    """By a pipe, to its end."""

    def agent(channel: Channel) -> None:
        hear(channel)
        reader, writer = os.pipe()
        channel.send("piped", [reader])
        os.close(reader)
        os.write(writer, b"line\n")
        os.close(writer)
        channel.send("done")

    output = Output()
    play(agent).log(output.take, lines=10)

    assert output.bytes["stdout"] == b"line\n"


def test_an_attached_app_tells_its_pid_first(play: Play) -> None:
    """Then its output, then its exit code."""

    def agent(channel: Channel) -> None:
        assert hear(channel).message["attach"] is True
        (out, out_writer), (err, err_writer) = os.pipe(), os.pipe()
        send_ends(channel, out, err)
        os.write(out_writer, b"up")
        os.close(out_writer)
        os.close(err_writer)
        channel.send("exited", code=0)

    pids: list[int] = []
    output = Output()
    code = play(agent).start_attached(
        App(("app",), {}), on_output=output.take, on_started=pids.append
    )

    assert (code, pids, output.bytes["stdout"]) == (0, [7], b"up")


def test_another_protocol_version_is_named() -> None:
    """The agent's error reaches the caller and the socket is closed."""
    ours, theirs = socket.socketpair()
    with Channel(theirs, Connection("agent")) as channel:
        thread = threading.Thread(target=_refuse, args=(channel,))
        thread.start()
        with pytest.raises(AgentError, match="version 9") as caught:
            AgentSession.open(ours, "jar001")
        thread.join()

    assert (caught.value.code, ours.fileno()) == ("version", -1)


def _refuse(channel: Channel) -> None:
    hear(channel)
    channel.send("error", code="version", message="this agent speaks version 9")


def test_reaching_an_agent_loads_little() -> None:
    """Start-up is paid by every command; what is rarely needed is loaded where it is used."""
    program = (
        "import sys, geniejars.home, geniejars.processes, geniejars.runner;print(*sys.modules)"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", program], env=environment, capture_output=True, check=True
    ).stdout.split()

    expensive = {"asyncio", "http", "logging", "subprocess", "filelock", "rich", "lark", "difflib"}
    assert expensive & {name.decode() for name in loaded} == set()


def test_every_name_of_the_door_is_there() -> None:
    """The lazy table, the types' imports and `__all__` name the same things, none a module."""
    tree = ast.parse(Path(geniejars.__file__).read_text())
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    modules = {name for name in geniejars.__all__ if inspect.ismodule(getattr(geniejars, name))}

    assert imported - {"annotations", "import_module", "TYPE_CHECKING"} == set(geniejars.__all__)
    assert modules == set()
