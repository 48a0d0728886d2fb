"""A jar's CMD is watched, started again, and remembered by its agent."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jars import Manager, RunningAgent, agent, layout_of, read_all

from genieagent.apprecord import AppRecord, read_record
from genieagent.wire import Message

SECONDS = 20.0
ALWAYS = {"when": "always", "limit": None}


def health_check(script: str, **fields: Any) -> dict[str, Any]:
    times = {"interval": 0.05, "timeout": 5.0, "start_period": 0.0, "retries": 2}
    return {"argv": ["sh", "-c", script], **times, **fields}


def start(manager: Manager, script: str, **fields: Any) -> int:
    """CMD in the background; its pid."""
    pid: int = manager.start(["sh", "-c", script], kind="start", **fields).message["pid"]
    manager.hear()
    return pid


def wait_until(manager: Manager, holds: Callable[[Message], Any]) -> Message:
    """The first status for which that holds."""
    deadline = time.monotonic() + SECONDS
    while not holds(status := manager.request("status")):
        assert time.monotonic() < deadline, status
        time.sleep(0.01)
    return status


def log(manager: Manager) -> str:
    manager.ask("log", lines=None, follow=False)
    content = read_all(manager.hear().descriptors[0])
    manager.hear()
    return content.decode()


def test_health_of_an_app(running: RunningAgent, manager: Manager) -> None:
    """It starts, falls ill and recovers; the check works where CMD works, with its environment."""
    home = Path(running.address).parent / "home"
    (home / "work").mkdir()
    check = health_check('echo "$WHO in $(basename $PWD)"; test -e ok')
    start(manager, "exec sleep 300", health=check, cwd="work", env={"WHO": "me"})
    first = manager.request("status")["health"]
    ill = wait_until(manager, lambda s: s["health"]["state"] == "unhealthy")["health"]
    (home / "work/ok").touch()
    well = wait_until(manager, lambda s: s["health"]["state"] == "healthy")["health"]

    assert first["state"] == "starting"
    assert (ill["exit"], ill["output"], ill["failing"] >= 2) == (1, "me in work\n", True)
    assert (well["exit"], well["failing"]) == (0, 0)
    assert abs(well["checked"] - time.time()) < 60


@pytest.mark.parametrize(
    ("check", "code", "output"),
    [
        pytest.param(health_check("exec sleep 300", timeout=0.1), None, "within 0.1", id="late"),
        pytest.param(
            health_check("setsid sleep 300 & exit 3"), 3, "", id="leaves-something-behind"
        ),
        pytest.param(health_check("head -c 100000 /dev/zero | tr '\\0' x; exit 4"), 4, "x" * 4096,
                     id="talks-too-much"),
        pytest.param({**health_check(""), "argv": ["no-such-check"]}, 127, "not found", id="none"),
    ],
)  # fmt: skip
def test_checks_that_misbehave(
    manager: Manager, check: dict[str, Any], code: int | None, output: str
) -> None:
    """They fail, leave nothing behind and do not disturb."""
    pid = start(manager, "exec sleep 300", health={**check, "interval": 0.3})
    wait_until(manager, lambda s: s["health"]["checked"])
    status = wait_until(manager, lambda s: s["processes"] == 1)

    assert status["pid"] == pid
    assert status["health"]["exit"] == code
    assert output in status["health"]["output"]
    assert len(status["health"]["output"]) <= 5000


def test_a_check_ends_with_its_app(manager: Manager) -> None:
    """Who stops an app does not wait for a check that hangs."""
    start(manager, "exec sleep 300", health=health_check("exec sleep 300", timeout=300.0))
    wait_until(manager, lambda s: s["processes"] == 2)
    manager.request("stop", grace=10.0)

    assert wait_until(manager, lambda s: s["processes"] == 0)["health"] is None


def test_restarted_until_it_works(manager: Manager) -> None:
    """An app that fails is started again, later each time; status and log say so."""
    script = (
        "n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) > n; test $n -ge 2 || exit 7; sleep 9"
    )
    start(manager, script, restart={"when": "on-failure", "limit": None})
    waiting = wait_until(manager, lambda s: s["restart_in"] is not None)
    status = wait_until(manager, lambda s: s["running"] and s["restarts"] == 2)

    assert (waiting["running"], waiting["pid"], waiting["exit"]) == (False, None, 7)
    assert (status["exit"], status["gave_up"]) == (7, False)
    assert log(manager).splitlines() == [
        "jar: the app ended with exit code 7; restart 1 in 0.1 s",
        "jar: the app ended with exit code 7; restart 2 in 0.2 s",
    ]


def test_given_up(manager: Manager) -> None:
    """At its limit it stays down."""
    start(manager, "exit 5", restart={"when": "on-failure", "limit": 1})
    status = wait_until(manager, lambda s: s["gave_up"])

    assert (status["running"], status["exit"], status["restarts"]) == (False, 5, 1)
    assert log(manager).splitlines()[-1] == (
        "jar: the app ended with exit code 5; given up (restarts: 1)"
    )


@pytest.mark.parametrize("when", ["running", "waiting"])
def test_stopped_is_not_restarted(manager: Manager, when: str) -> None:
    """Whoever stops an app has the last word, also while it waits to be started."""
    start(manager, "exec sleep 300" if when == "running" else "exit 3", restart=ALWAYS)
    if when == "waiting":
        wait_until(manager, lambda s: s["restart_in"] is not None)
    code = manager.request("stop", grace=10.0)["code"]
    status = manager.request("status")

    assert code == (143 if when == "running" else 3)
    assert (status["running"], status["restart_in"]) == (False, None)


def test_an_attached_reader_sees_all_runs(manager: Manager) -> None:
    """One who watches an app that is started again sees what each run writes."""
    fields = {"attach": True, "restart": {"when": "on-failure", "limit": 2}}
    started = manager.start(["sh", "-c", "echo run; exit 4"], kind="start", **fields)
    out, error = map(read_all, started.descriptors)

    assert (out, error) == (b"run\n" * 3, b"")
    assert manager.hear().message == {"type": "exited", "code": 4}


def test_an_agent_with_an_app_to_restart_is_not_idle(tmp_path: Path) -> None:
    """It stays for the next start, and leaves when that has ended."""
    with agent(layout_of(tmp_path, idle_timeout=0.05)) as running:
        manager = running.connect()
        start(manager, "echo >> runs; exit 1", restart={"when": "on-failure", "limit": 2})
        manager.close()

        assert running.wait() == 0
    assert (tmp_path / "home/runs").read_text() == "\n" * 3


@pytest.fixture
def ended(tmp_path: Path) -> Iterator[Callable[[bool], AppRecord]]:
    """What is known of an app when its agent has gone, killed or not."""

    def end(is_killed: bool) -> AppRecord:
        with agent(layout_of(tmp_path)) as running:
            manager = running.connect()
            pid = start(manager, "exec sleep 300")
            if is_killed:
                os.kill(running.pid, signal.SIGKILL)
                running.wait()
                os.kill(pid, 0)  # here nothing ends an agent's children but their namespace
                os.kill(pid, signal.SIGKILL)
            manager.close()
        return read_record(tmp_path / "log").without_agent

    return end


@pytest.mark.parametrize(
    ("is_killed", "code", "lost"),
    [pytest.param(True, None, True, id="killed"), pytest.param(False, 137, False, id="ended")],
)
def test_what_is_known_without_an_agent(
    ended: Callable[[bool], AppRecord], is_killed: bool, code: int | None, lost: bool
) -> None:
    """An app that went with a killed agent is lost; nobody claims to know how it ended."""
    record = ended(is_killed)

    assert (record.running, record.exit, record.lost) == (False, code, lost)


def test_the_next_agent_knows_how_the_last_app_ended(tmp_path: Path) -> None:
    """The record outlives agents; one that cannot be read is none."""
    with agent(layout_of(tmp_path)) as running:
        manager = running.connect()
        start(manager, "exit 9")
        wait_until(manager, lambda s: s["exit"] is not None)
        manager.close()
    with agent(layout_of(tmp_path)) as running:
        manager = running.connect()
        known = manager.request("status")["exit"]
        manager.close()
    (tmp_path / "log/app.json").write_text("{}")

    assert known == 9
    assert read_record(tmp_path / "log") == AppRecord()
