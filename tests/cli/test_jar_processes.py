"""exec, shell, app and logs, with agents that only remember."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import termios
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve
from fake_jars import IDLE, RUNNING, FakeAgent
from outcomes import Outcome

from geniejars import AgentStatus, AppHealth, Policy, Terminal

SELECTIONS = [
    pytest.param(None, None, ["web_1", "ls", "-a"], "jar001", id="named"),
    pytest.param(None, "jar002", ["ls", "-a"], "jar002", id="selected-in-the-folder"),
    pytest.param("web_1", "jar002", ["ls", "-a"], "jar001", id="environment-wins"),
    pytest.param("  ", "jar002", ["ls", "-a"], "jar002", id="blank-environment"),
    pytest.param("jar002", None, ["web_1", "ls", "-a"], "jar001", id="a-name-wins"),
]


@pytest.mark.parametrize("environment, file, words, expected", SELECTIONS)
def test_selection(
    here,
    agent: FakeAgent,
    monkeypatch: pytest.MonkeyPatch,
    environment: str | None,
    file: str | None,
    words: list[str],
    expected: str,
) -> None:
    """The jar is the one that is named, else that of $GENIEJARS, else that of the file."""
    if environment is not None:
        monkeypatch.setenv("GENIEJARS", environment)
    if file is not None:
        (here.folder / ".geniejars-selected").write_text(f"{file}\n")
    here.jars("exec", *words)

    assert agent.said("run")["argv"] == ("ls", "-a")
    assert agent.said("run")["env"].get("MODE") == ("dev" if expected == "jar001" else None)


def test_exec_environment(here, agent: FakeAgent) -> None:
    """A command finds what the app would: ports, PATH, ENV and the secrets."""
    here.jars("exec", "web_1", "env", "-0")
    env = agent.said("run")["env"]

    assert {name: env[name] for name in ("PORT_1", "PORT_2", "MODE", "TOKEN")} == {
        "PORT_1": "20000",
        "PORT_2": "20001",
        "MODE": "dev",
        "TOKEN": "s3cret",
    }
    assert env["PATH"].startswith("/home/jar/bin:/usr/local/sbin:")


@pytest.mark.parametrize(
    "words, argv",
    [
        pytest.param(["ls | head"], ("sh", "-c", "ls | head"), id="one-word-is-shell"),
        pytest.param(["ls", "-la", "--color"], ("ls", "-la", "--color"), id="words-stay"),
        pytest.param(["--", "ls", "-a"], ("ls", "-a"), id="separator"),
        pytest.param(["web_1", "--", "ls", "-a"], ("ls", "-a"), id="separator-after-the-jar"),
        pytest.param(["--", "web_1", "x"], ("web_1", "x"), id="separator-before-a-jar's-name"),
    ],
)
def test_exec_forms(here, agent: FakeAgent, words: list[str], argv: tuple[str, ...]) -> None:
    """One word goes to the shell, several are the command as they are."""
    here.jars("select", "web_1")
    here.jars("exec", *words)

    assert agent.said("run")["argv"] == argv


def test_exec_carries_output_and_code(here, agent: FakeAgent) -> None:
    """Output arrives byte for byte on the right stream, and the exit code is the command's."""
    agent.words = [("stdout", b"\xff\x00out"), ("stderr", b"\x1b[31merr")]
    agent.code = 137
    outcome = here.jars("exec", "web_1", "cat", "x")

    assert outcome == Outcome(137, "\udcff\0out", "\x1b[31merr")


def test_exec_forwards_input_that_is_no_terminal(here, agent: FakeAgent) -> None:
    """`echo x | geniejars exec JAR cat` works without -i."""
    here.jars("exec", "web_1", "cat", "-")

    assert (agent.said("run")["stdin"], agent.said("run").get("tty")) == (0, None)


def test_exec_terminal_needs_a_terminal(here) -> None:
    """-t without a terminal says what to do."""
    outcome = here.jars("exec", "-it", "web_1", "bash", "-l")

    assert outcome.exit == 2
    assert "-t needs a terminal" in outcome.err


@pytest.fixture
def terminal() -> Iterator[int]:
    """A pseudo-terminal as standard input; its other end."""
    master, slave = pty.openpty()
    before = os.dup(0)
    os.dup2(slave, 0)
    termios.tcsetwinsize(master, (30, 90))
    yield master
    os.dup2(before, 0)
    for descriptor in (master, slave, before):
        os.close(descriptor)


def test_exec_with_a_terminal(here, agent: FakeAgent, terminal: int) -> None:
    """Keys go through raw, the size follows ours, and our terminal is put back."""

    def resize(_: FakeAgent) -> None:
        local_flags = termios.tcgetattr(0)[3]
        assert not local_flags & (termios.ICANON | termios.ECHO | termios.ISIG)
        termios.tcsetwinsize(terminal, (40, 120))
        os.kill(os.getpid(), signal.SIGWINCH)

    before = termios.tcgetattr(0)
    agent.during = resize
    here.jars("exec", "-it", "web_1", "bash", "-l")

    assert agent.said("run")["tty"] == Terminal(rows=30, cols=90)
    assert agent.said("resize") == {"rows": 40, "cols": 120}
    assert "TERM" in agent.said("run")["env"]
    assert termios.tcgetattr(0) == before


def test_shell(here, agent: FakeAgent, terminal: int) -> None:
    """A shell has the terminal that we have."""
    here.jars("shell", "web_1")

    assert agent.said("run")["tty"] == Terminal(rows=30, cols=90)
    assert agent.said("run")["stdin"] == 0


def test_exec_detached(here, agent: FakeAgent) -> None:
    """-d returns at once and leaves stdout alone."""
    outcome = here.jars("exec", "-d", "web_1", "sleep", "100")

    assert agent.said("run_detached")["argv"] == ("sleep", "100")
    assert (outcome.exit, outcome.out) == (0, "")


def interrupt(_: FakeAgent) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def interrupt_twice(agent: FakeAgent) -> None:
    interrupt(agent)
    interrupt(agent)


def test_exec_forwards_ctrl_c(here, agent: FakeAgent) -> None:
    """The first Ctrl-C is the command's, which ends as it likes; handlers are put back."""
    agent.during, agent.code = interrupt, 130
    before = signal.getsignal(signal.SIGINT)
    outcome = here.jars("exec", "web_1", "sleep", "9")

    assert agent.said("signal") == {"name": "INT"}
    assert (outcome.exit, outcome.err) == (130, "")
    assert signal.getsignal(signal.SIGINT) is before


def test_exec_second_ctrl_c_leaves(here, agent: FakeAgent) -> None:
    """A command that ignores the first one cannot hold us."""
    agent.during = interrupt_twice
    outcome = here.jars("exec", "web_1", "sleep", "9")

    assert (outcome.exit, outcome.err) == (130, "interrupted\n")


def test_app_up_attached(here, agent: FakeAgent) -> None:
    """`app up` shows what the app writes and exits with its code."""
    agent.words, agent.code = [("stdout", b"hello\n")], 3
    outcome = here.jars("app", "up", "web_1")
    said = agent.said("start_attached")

    assert outcome == Outcome(3, "hello\n", "[geniejars] jar001 started (pid 23)\n")
    assert (said["argv"], said["cwd"], said["stop_signal"]) == (("serve", "--all"), "app", "INT")


def test_app_up_ctrl_c(here, agent: FakeAgent) -> None:
    """Ctrl-C ends the app, which is what it is for: exit 0."""

    def stopped(agent: FakeAgent) -> None:
        agent.status_ = RUNNING
        interrupt(agent)
        wait_for(lambda: any(name == "stop" for name, _ in agent.calls))

    agent.during = stopped
    outcome = here.jars("app", "up", "web_1")

    assert outcome.exit == 0
    assert agent.said("stop")["grace"] > 0


def wait_for(holds: Callable[[], bool]) -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(5)
    assert holds()


def test_app_up_detached(here, agent: FakeAgent) -> None:
    """`app up -n` prints the jar's name."""
    outcome = here.jars("app", "up", "-n", "web_1")

    assert (outcome.exit, outcome.out) == (0, "jar001\n")
    assert outcome.err == "[geniejars] jar001 started (pid 23)\n"
    assert agent.said("start")["env"]["TOKEN"] == "s3cret"  # noqa: S105


def test_app_up_detached_that_dies(here, agent: FakeAgent) -> None:
    """An app that ends at once is an error that says where to look."""
    agent.code, agent.words = 127, [("stdout", b"no such program\n")]
    outcome = here.jars("app", "up", "-n", "web_1")

    assert (outcome.exit, outcome.out) == (1, "")
    assert "ended at once with exit code 127\n  no such program" in outcome.err
    assert "geniejars logs jar001" in outcome.err


@pytest.mark.parametrize(
    "health, code, said",
    [
        pytest.param(AppHealth("healthy", 0, 0.0, 0, ""), 0, "jar001 is healthy", id="healthy"),
        pytest.param(None, 0, "jar001 is running; it has no HEALTHCHECK", id="no-check"),
        pytest.param(
            AppHealth("unhealthy", 3, 0.0, 1, "no answer\n"),
            1,
            "the app of jar001 is unhealthy: 3 failed checks in a row\n  last health check",
            id="unhealthy",
        ),
    ],
)
def test_app_up_wait(
    here, agent: FakeAgent, health: AppHealth | None, code: int, said: str
) -> None:
    """`--wait` waits for what HEALTHCHECK says, and an app that is ill is a failure."""
    agent.started = evolve(RUNNING, health=health)
    outcome = here.jars("app", "up", "--wait", "web_1")

    assert outcome.exit == code
    assert said in outcome.err


@pytest.mark.parametrize(
    "status, said",
    [
        pytest.param(RUNNING, "Stopped: jar001\n", id="running"),
        pytest.param(IDLE, "Not running: jar001\n", id="stopped"),
    ],
)
def test_app_down(here, agent: FakeAgent, status: AgentStatus, said: str) -> None:
    """What is down already is fine."""
    agent.status_ = status
    outcome = here.jars("app", "down", "web_1")

    assert (outcome.exit, outcome.out) == (0, said)


def test_app_restart(here, agent: FakeAgent) -> None:
    """It ends, and starts anew."""
    agent.status_ = RUNNING
    outcome = here.jars("app", "restart", "web_1")

    assert [name for name, _ in agent.calls] == ["stop", "start"]
    assert outcome.out == "Restarted: jar001\n"


@pytest.mark.parametrize(
    "status, code, said",
    [
        pytest.param(RUNNING, 0, "running (pid 23) for", id="running"),
        pytest.param(
            evolve(RUNNING, health=AppHealth("healthy", 1, 0.0, 1, "no\x1b[2J answer")),
            0,
            ", healthy (1 failed check in a row), 2 processes in the jar\n"
            "  last health check, UPTIME ago: exit code 1\n"
            "    no\\x1b[2J answer\n",
            id="healthy",
        ),
        pytest.param(
            evolve(RUNNING, health=AppHealth("starting", 0, None, None, "")),
            0,
            ", starting, 2 processes in the jar\n",
            id="not-checked-yet",
        ),
        pytest.param(IDLE, 1, "jar001: stopped\n", id="stopped"),
        pytest.param(
            evolve(IDLE, exit=3), 1, "jar001: stopped, last exit code 3\n", id="stopped-itself"
        ),
        pytest.param(
            evolve(IDLE, exit=3, restarts=1, restart_in=0.21),
            1,
            "jar001: stopped, starts again in 0.2 s, last exit code 3, restarted 1 time\n",
            id="waiting",
        ),
        pytest.param(
            evolve(IDLE, exit=3, restarts=9, gave_up=True),
            1,
            "stopped, last exit code 3, restarted 9 times, given up",
            id="given-up",
        ),
        pytest.param(
            evolve(IDLE, lost=True),
            1,
            "jar001: stopped, ended together with its agent\n",
            id="lost",
        ),
    ],
)
def test_app_status(here, agent: FakeAgent, status: AgentStatus, code: int, said: str) -> None:
    """What is known in one line and what its check said; an exit code for scripts."""
    agent.status_ = status
    outcome = here.jars("app", "status", "web_1")

    assert outcome.exit == code
    assert said in re.sub(r"\d+ h \d+ min", "UPTIME", outcome.out)


@pytest.mark.parametrize("word", ["sometimes", "on-failure:0", "on-failure:x", "always:3"])
def test_unknown_restart_policy(here, agent: FakeAgent, word: str) -> None:
    """A mistyped policy is refused, with those there are."""
    outcome = here.jars("app", "up", "-n", "--restart", word, "web_1")

    assert (outcome.exit, agent.calls) == (2, [])
    assert "no, always, on-failure, on-failure:N" in outcome.err


def test_restart_policy_is_kept(here, agent: FakeAgent) -> None:
    """What `up` was given once holds for its next starts, too."""
    here.jars("app", "up", "-n", "--restart", "on-failure:3", "web_1")
    here.jars("app", "restart", "web_1")
    given = [fields["restart"] for name, fields in agent.calls if name == "start"]

    assert given == [Policy("on-failure", 3)] * 2


def test_app_status_as_json(here, agent: FakeAgent) -> None:
    """Scripts get the same as an object."""
    health = AppHealth("unhealthy", 4, 0.0, None, "not done within 3 seconds")
    agent.status_ = evolve(RUNNING, restarts=2, exit=1, ended=0.0, health=health)
    found = json.loads(here.jars("app", "status", "--json", "web_1").out)

    assert found.pop("uptime") > 0
    assert found == {
        "jar": "jar001",
        "running": True,
        "pid": 23,
        "started": 0.0,
        "exit": 1,
        "ended": 0.0,
        "restarts": 2,
        "restartIn": None,
        "gaveUp": False,
        "lost": False,
        "health": {
            "state": "unhealthy",
            "failing": 4,
            "checked": 0.0,
            "exit": None,
            "output": "not done within 3 seconds",
        },
        "processes": 2,
    }


@pytest.mark.parametrize(
    "words, asked",
    [
        pytest.param([], {"lines": None, "follow": False}, id="all"),
        pytest.param(["-n", "5"], {"lines": 5, "follow": False}, id="last"),
        pytest.param(["-fn5"], {"lines": 5, "follow": True}, id="follow"),
    ],
)
def test_logs(here, agent: FakeAgent, words: list[str], asked: dict[str, Any]) -> None:
    """The log is passed on as it is."""
    agent.words = [("stdout", b"said\n")]
    outcome = here.jars("logs", *words, "web_1")

    assert (outcome.exit, outcome.out, agent.said("log")) == (0, "said\n", asked)
