"""Commands in a jar: what they get, how they end, and that nothing of them is left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from jars import Manager, RefusedError, RunningAgent, agent, layout_of, read_all


def is_alive(pid: int) -> bool:
    """A zombie is not."""
    try:
        return b") Z" not in Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool]) -> bool:
    """False where it is not so within ten seconds."""
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param("true", 0, id="success"),
        pytest.param("exit 3", 3, id="failure"),
        pytest.param("kill -TERM $$", 128 + 15, id="signal"),
        pytest.param("exec no-such-command", 127, id="shell-finds-nothing"),
    ],
)
def test_exit_codes(manager: Manager, script: str, code: int) -> None:
    """Exit codes are those a shell reports."""
    assert manager.run(script)[0] == code


@pytest.mark.parametrize(
    ("command", "code", "complaint"),
    [
        pytest.param(["no-such-command"], 127, b"no-such-command: not found", id="not-found"),
        pytest.param(["./nothing"], 127, b"./nothing: not found", id="path-not-found"),
        pytest.param(["./plain"], 126, b"./plain: cannot be executed: ", id="not-executable"),
        pytest.param(["./orphan"], 127, b"the interpreter it names is missing", id="bad-shebang"),
    ],
)
def test_commands_that_cannot_be_executed(
    manager: Manager, tmp_path: Path, command: list[str], code: int, complaint: bytes
) -> None:
    """They end as under a shell, and stderr says why."""
    (tmp_path / "home/plain").write_text("text")
    (tmp_path / "home/orphan").write_text("#!/nowhere/sh\n")
    (tmp_path / "home/orphan").chmod(0o755)
    started = manager.start(command)
    output, error = map(read_all, started.descriptors)

    assert manager.hear().message["code"] == code
    assert (output, complaint in error) == (b"", True)


def test_environment(manager: Manager, tmp_path: Path) -> None:
    """Exactly what is given, and what every program has."""
    started = manager.start(["/usr/bin/env"], env={"PATH": "/usr/bin:/bin", "A": "b c"})
    variables = read_all(started.descriptors[0]).decode().splitlines()
    read_all(started.descriptors[1])

    assert manager.hear().message == {"type": "exited", "code": 0}
    assert sorted(variables) == [
        "A=b c",
        f"HOME={tmp_path}/home",
        "LOGNAME=jar",
        "PATH=/usr/bin:/bin",
        "SHELL=/bin/sh",
        "USER=jar",
    ]


def test_folder(manager: Manager, tmp_path: Path) -> None:
    """A command works below the home."""
    (tmp_path / "home/a/b").mkdir(parents=True)

    assert manager.run("pwd; umask", cwd="a/b")[1] == f"{tmp_path}/home/a/b\n0002\n".encode()


def test_missing_folder(manager: Manager) -> None:
    """A folder that is not there is said to be, and the connection goes on."""
    with pytest.raises(RefusedError, match="folder: cannot work in a/b: No such file"):
        manager.run("pwd", cwd="a/b")
    assert manager.run("echo on")[1] == b"on\n"


def test_output_is_carried_unchanged(manager: Manager) -> None:
    """Bytes of any kind, by a pipe that belongs to the command."""
    code, out, error = manager.run(r"printf '\000\377\n'; printf 'e' >&2; echo x > /dev/stdout")

    assert (code, out, error) == (0, b"\x00\xff\nx\n", b"e")


def test_input(manager: Manager) -> None:
    """The descriptor that is handed over is the command's input."""
    reader, writer = os.pipe()
    os.write(writer, b"one\ntwo\n")
    os.close(writer)
    result = manager.run("wc -l", stdin=True, descriptors=(reader,))
    os.close(reader)

    assert result == (0, b"2\n", b"")


def test_no_input(manager: Manager) -> None:
    """Without one the input is empty, not the agent's."""
    assert manager.run("cat; echo end") == (0, b"end\n", b"")


def test_no_descriptor_but_the_three(manager: Manager) -> None:
    """Nothing of the agent's is open in a command."""
    assert manager.run("ls /proc/self/fd | sort | tr '\\n' ' '")[1].split() == [
        b"0", b"1", b"2", b"3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "escape",
    [
        pytest.param("sleep 300 & echo $!", id="background"),
        pytest.param("setsid sh -c 'echo $$; exec sleep 300'", id="own-session"),
        pytest.param("(setsid sh -c '(sleep 300 & echo $!) &' &)", id="double-fork"),
        pytest.param("trap '' TERM HUP; sh -c 'echo $$; while :; do sleep 1; done'", id="deaf"),
        pytest.param("sleep 300 & kill -STOP $!; echo $!", id="stopped"),
    ],
)
def test_nothing_is_left(manager: Manager, escape: str) -> None:
    """When the command has ended, so has everything that came from it."""
    code, out, _ = manager.run(f"mkfifo said; ({escape}) > said & read pid < said; echo $pid")

    assert code == 0
    assert not is_alive(int(out))


def test_a_crowd_is_left_nothing(manager: Manager) -> None:
    """Processes that still multiply while they are killed are all gone in the end."""
    multiply = "f() { [ $1 -gt 0 ] && { f $(($1 - 1)) & f $(($1 - 1)) & }; sleep 60; }"
    code, _, _ = manager.run(f"{multiply}; (f 6 > /dev/null 2>&1 &)")

    assert code == 0
    assert manager.request("status")["processes"] == 0


def test_timeout(manager: Manager) -> None:
    """A command that takes too long is ended, with what it started."""
    started = manager.start(["sh", "-c", "sleep 300 & echo $!; wait"], timeout=0.3)
    out = read_all(started.descriptors[0])
    read_all(started.descriptors[1])

    with pytest.raises(RefusedError, match="timeout: not done within"):
        manager.hear()
    assert not is_alive(int(out))


def test_signal(manager: Manager) -> None:
    """A signal reaches the command and what runs in its foreground."""
    started = manager.start(["sh", "-c", "trap 'echo got; exit 5' INT; echo on; sleep 300 & wait"])
    assert os.read(started.descriptors[0], 10) == b"on\n"
    manager.ask("signal", name="INT")

    assert read_all(started.descriptors[0]) == b"got\n"
    assert manager.hear().message["code"] == 5
    read_all(started.descriptors[1])


def test_the_manager_leaves(running: RunningAgent) -> None:
    """A command ends when nobody is there for it any more."""
    manager = running.connect()
    started = manager.start(["sh", "-c", "echo $$; setsid sleep 300"])
    pid = int(os.read(started.descriptors[0], 10))
    manager.close()

    assert read_all(started.descriptors[0]) == b""
    read_all(started.descriptors[1])
    assert wait_until(lambda: not is_alive(pid))


def test_terminal(manager: Manager) -> None:
    """A real terminal: it is the controlling one, has a size, and changes it."""
    script = "tty > /dev/tty; stty size; trap 'stty size; exit 4' WINCH; echo ready; sleep 9 & wait"
    started = manager.start(["sh", "-c", script], tty={"rows": 30, "cols": 101})
    (master,) = started.descriptors
    seen = b""
    while b"ready" not in seen:
        seen += os.read(master, 1000)
    manager.ask("resize", rows=40, cols=99)
    code = manager.hear().message["code"]
    rest = read_all(master)

    assert seen.startswith(b"/dev/pts/") and b"30 101" in seen
    assert (code, rest) == (4, b"40 99\r\n")


def test_interrupt_key(manager: Manager) -> None:
    """Ctrl-C typed into the terminal is a signal to the foreground."""
    (master,) = manager.start(["cat"], tty={"rows": 24, "cols": 80}).descriptors
    os.write(master, b"hi\n")
    seen = b""
    while seen.count(b"hi") < 2:  # the terminal's echo and cat's
        seen += os.read(master, 100)
    os.write(master, b"\x03")

    assert manager.hear().message["code"] == 130
    read_all(master)


def test_detached(running: RunningAgent) -> None:
    """A detached command stays when its connection has ended, and shows in the status."""
    command = ["sh", "-c", "sleep 300; true"]
    first = running.connect()
    pid = first.start(command, detach=True).message["pid"]
    assert first.hear().message == {"type": "done"}
    first.close()
    second = running.connect()
    status = second.request("status")
    second.close()

    assert is_alive(pid)
    assert status["sessions"] == [{"pid": pid, "argv": command, "tty": False}]


def test_detached_ends_with_the_jar(tmp_path: Path) -> None:
    """The end of the agent is the end of everything."""
    with agent(layout_of(tmp_path)) as running:
        manager = running.connect()
        pid = manager.start(["setsid", "sleep", "300"], detach=True).message["pid"]
        manager.close()

    assert not is_alive(pid)


def test_several_at_once(running: RunningAgent) -> None:
    """Connections do not wait for each other, and one's end does not touch the other's command."""
    one, other = running.connect(), running.connect()
    started = one.start(["sh", "-c", "cat; echo done"])
    manager_run = other.run("echo hello")
    rest = read_all(started.descriptors[0])
    read_all(started.descriptors[1])
    code = one.hear().message["code"]
    one.close()
    other.close()

    assert manager_run == (0, b"hello\n", b"")
    assert (code, rest) == (0, b"done\n")


def test_a_command_that_cannot_be_confined_does_not_run(tmp_path: Path) -> None:
    """Where closing in fails the program is not started, and the manager is told."""

    def fail() -> None:
        raise PermissionError("no Landlock")

    with agent(layout_of(tmp_path), confine=fail) as running:
        manager = running.connect()
        with pytest.raises(RefusedError, match=r"isolation: .*no Landlock"):
            manager.run("touch proof")
        manager.close()

    assert not (tmp_path / "home/proof").exists()


def test_build_role(tmp_path: Path) -> None:
    """A build's commands work in the root, under the home's name."""
    with agent(layout_of(tmp_path, "build")) as running:
        manager = running.connect()
        manager.run("touch made")
        manager.close()

    assert (tmp_path / "root/made").exists() and not (tmp_path / "home/made").exists()
