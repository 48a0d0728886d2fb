"""A jar's CMD: started, watched, logged and stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jars import Manager, RefusedError, RunningAgent, agent, layout_of, read_all

from genieagent.applog import LogReader, LogWriter
from genieagent.copies import Copy


@pytest.fixture
def other(running: RunningAgent) -> Iterator[Manager]:
    """A second connection."""
    manager = running.connect()
    yield manager
    manager.close()


def start(manager: Manager, script: str, **fields: object) -> int:
    """CMD in the background; its pid."""
    pid: int = manager.start(["sh", "-c", script], kind="start", **fields).message["pid"]
    assert manager.hear().message == {"type": "done"}
    return pid


def log(manager: Manager, **fields: object) -> bytes:
    """The whole log."""
    manager.ask("log", **{"lines": None, "follow": False, **fields})
    content = read_all(manager.hear().descriptors[0])
    assert manager.hear().message == {"type": "done"}
    return content


def wait_for_end(manager: Manager) -> int:
    """Until CMD has ended by itself; its exit code."""
    while (status := manager.request("status"))["running"]:
        time.sleep(0.01)
    code: int = status["exit"]
    return code


def test_life(manager: Manager, other: Manager) -> None:
    """Started by one connection, seen by another, stopped with its own exit code."""
    began = time.time()
    pid = start(manager, "trap 'echo bye; exit 7' TERM; echo hello; sleep 300 & wait")
    status = other.request("status")
    while b"hello" not in log(other):
        pass

    assert (status["running"], status["pid"], status["exit"]) == (True, pid, None)
    assert began - 1 < status["started"] < began + 10
    assert other.request("stop", grace=10)["code"] == 7
    assert manager.request("status")["exit"] == 7
    assert log(manager) == b"hello\nbye\n"


def test_only_one(manager: Manager) -> None:
    """While one runs another is refused, and one that does not run cannot be stopped."""
    with pytest.raises(RefusedError, match="not-running"):
        manager.request("stop", grace=1)
    start(manager, "sleep 300")
    with pytest.raises(RefusedError, match="running: the app runs already"):
        start(manager, "sleep 300")

    assert manager.request("stop", grace=1)["code"] == 128 + 15


@pytest.mark.parametrize(
    ("stop_signal", "code"),
    [pytest.param("INT", 4, id="named"), pytest.param("RTMIN+3", 5, id="real-time")],
)
def test_stop_signal(manager: Manager, stop_signal: str, code: int) -> None:
    """CMD is asked to end by the signal that it wants."""
    script = "trap 'exit 4' INT; trap 'exit 5' 37; echo; while :; do sleep 0.05; done"
    start(manager, script, stop_signal=stop_signal)
    while not log(manager):
        pass

    assert manager.request("stop", grace=10)["code"] == code


def test_killed_when_it_does_not_listen(manager: Manager) -> None:
    """After its grace CMD is killed, with what it has started."""
    script = "trap '' TERM; setsid sleep 300 & echo; while :; do sleep 1; done"
    start(manager, script)
    while not log(manager):
        pass

    assert manager.request("stop", grace=0.1)["code"] == 128 + 9
    assert manager.request("status")["processes"] == 0


def test_unknown_signal(manager: Manager) -> None:
    """A stop signal that does not exist is refused before anything starts."""
    with pytest.raises(RefusedError, match="signal: there is no signal NONSENSE"):
        start(manager, "sleep 300", stop_signal="NONSENSE")


def test_command_not_found(manager: Manager) -> None:
    """A CMD that cannot be executed says so in the log."""
    manager.start(["no-such-program"], kind="start")
    manager.hear()

    assert wait_for_end(manager) == 127
    assert b"no-such-program: not found" in log(manager)


def test_lives_on_when_its_connection_ends(running: RunningAgent, other: Manager) -> None:
    """CMD outlives whoever has started it."""
    manager = running.connect()
    pid = start(manager, "sleep 300")
    manager.close()

    assert other.request("status")["pid"] == pid


def test_leftovers_end_with_it(manager: Manager) -> None:
    """When CMD ends, so does what it has put into the background."""
    start(manager, "setsid sleep 300 & exit 3")

    assert wait_for_end(manager) == 3
    assert manager.request("status")["processes"] == 0


def test_attached(manager: Manager, other: Manager) -> None:
    """An attached reader gets what is written, apart by stream; the log gets all of it."""
    script = "echo out; echo err >&2; read line; exit 3"
    started = manager.start(["sh", "-c", script], kind="start", attach=True)
    out, error = map(read_all, started.descriptors)

    assert (out, error) == (b"out\n", b"err\n")
    assert manager.hear().message == {"type": "exited", "code": 3}
    assert sorted(log(other).splitlines()) == [b"err", b"out"]


def test_a_reader_who_reads_nothing_stops_nobody(manager: Manager, other: Manager) -> None:
    """CMD writes more than any pipe holds and ends, though nobody reads."""
    script = "head -c 3000000 /dev/zero; echo end"
    started = manager.start(["sh", "-c", script], kind="start", attach=True)

    while not log(other).endswith(b"end\n"):
        pass
    for descriptor in started.descriptors:
        os.close(descriptor)
    assert manager.hear().message == {"type": "exited", "code": 0}


def test_a_reader_who_leaves_stops_nobody(manager: Manager, other: Manager) -> None:
    """Nor does one who closes the pipe."""
    script = "trap '' PIPE; for i in 1 2 3; do echo $i || echo failed >&2; sleep 0.05; done"
    started = manager.start(["sh", "-c", script], kind="start", attach=True)
    for descriptor in started.descriptors:
        os.close(descriptor)

    assert manager.hear().message == {"type": "exited", "code": 0}
    assert log(other) == b"1\n2\n3\n"


def test_first_to_last_byte(manager: Manager) -> None:
    """Nothing of a large output is missing from the log, and nothing of a last word."""
    start(manager, "seq 1 200000; printf last")
    wait_for_end(manager)

    expected = b"".join(b"%d\n" % n for n in range(1, 200001)) + b"last"
    assert log(manager) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [(0, b""), (1, b"3\n"), (2, b"2\n3\n"), (9, b"1\n2\n3\n"), (None, b"1\n2\n3\n")],
)
def test_last_lines(manager: Manager, lines: int | None, expected: bytes) -> None:
    """A log is given from its end."""
    start(manager, "seq 3")
    wait_for_end(manager)

    assert log(manager, lines=lines) == expected


def test_follow(manager: Manager, other: Manager) -> None:
    """A followed log brings what is written later, until the reader leaves."""
    manager.ask("log", lines=None, follow=True)
    (pipe,) = manager.hear().descriptors
    start(other, "echo hello; sleep 300")

    assert os.read(pipe, 100) == b"hello\n"
    os.close(pipe)
    assert manager.hear().message == {"type": "done"}


def test_idle_agent_leaves(tmp_path: Path) -> None:
    """Without a connection, a command or a CMD an agent ends by itself."""
    layout = layout_of(tmp_path, idle_timeout=0.1)
    with agent(layout) as running:
        manager = running.connect()
        start(manager, "exec sleep 0.3")
        manager.close()

        assert running.wait() == 0


def test_log_parts(tmp_path: Path) -> None:
    """A log is kept in parts of a size, the oldest are dropped, and it reads as one."""
    writer = LogWriter(tmp_path / "app.log", part_size=100)
    lines = [b"line %06d\n" % n for n in range(100)]  # 12 bytes: 8 a part
    for line in lines:
        writer.append(line)
    writer.close()
    reader = LogReader(tmp_path / "app.log", lines=20)
    content = b"".join(iter(reader.read, b""))
    reader.close()

    assert len(list(tmp_path.iterdir())) == 5
    assert content == b"".join(lines[-20:])


def test_reading_across_a_rotation(tmp_path: Path) -> None:
    """A reader who was there before misses nothing that is written and rotated away."""
    writer = LogWriter(tmp_path / "app.log", part_size=50)
    writer.append(b"a" * 40)
    reader = LogReader(tmp_path / "app.log", lines=None)
    seen = reader.read()
    for letter in (b"b", b"c", b"d"):
        writer.append(letter * 40)
    seen += b"".join(iter(reader.read, b""))
    reader.close()
    writer.close()

    assert seen == b"".join(letter * 40 for letter in (b"a", b"b", b"c", b"d"))


def test_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    """A log that cannot be written is dropped."""
    LogWriter(tmp_path / "missing" / "app.log").append(b"text")


def test_slow_reader_is_told_what_it_misses() -> None:
    """What does not fit is counted, and the reader is told."""
    reader, writer = os.pipe()
    copy = Copy(writer, most_waiting=1000)
    for _ in range(100):
        copy.take(b"x" * 999)
    seen = b""
    while copy.is_waiting:
        seen += os.read(reader, 1 << 20)
        copy.pass_on()
    copy.close()
    seen += read_all(reader)

    left_out = 100 * 999 - seen.count(b"x" * 999) * 999
    assert left_out > 0 and b"[%d bytes left out here" % left_out in seen
