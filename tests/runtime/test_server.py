"""The server's life: started by whoever needs it, replaced, killed, idle."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import evolve

import geniejars
from geniejars import Config, MachineError
from geniejars.config import default_config
from geniejars.processes import open_jar
from geniejars.reception import connect, reach_server
from geniejars.server_link import ServerLink
from geniejars.sockets import agent_socket, connect_to

HERE = Path(__file__).parent
RUNTIME = HERE.parents[1] / "runtime"
PROCESSES = multiprocessing.get_context("fork")
WAIT_SECONDS = 20

MakeConfig = Callable[..., Config]


@pytest.fixture
def make_config(tmp_path: Path) -> Iterator[MakeConfig]:
    """Configs of one state folder over a fake zygote; what they started is ended."""
    made = []

    def make(mode: str = "works", **changes: object) -> Config:
        python = tmp_path / f"python-{mode}"
        python.write_text(
            f'#!/bin/sh\nexec {sys.executable} {HERE}/fake_zygote.py {RUNTIME} {mode} "$@"\n'
        )
        python.chmod(0o755)
        config = default_config(tmp_path / "state/state.json")
        made.append(evolve(config, python_path=python, agent_idle_timeout=60, **changes))
        return made[-1]

    yield make
    for config in made:
        geniejars.shut_down(config)


@pytest.fixture
def config(make_config: MakeConfig) -> Config:
    return make_config()


def server_pid(config: Config) -> int:
    with reach_server(config) as server:
        return server.hello().pid


def open_files(pid: int) -> dict[int, str]:
    found = {}
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # a connection that has just ended
            found[int(link.name)] = str(link.readlink())
    return found


def wait_for_end(pid: int) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    assert select.select([descriptor], [], [], WAIT_SECONDS)[0]
    os.close(descriptor)


def kill(pid: int) -> None:
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([descriptor], [], [], WAIT_SECONDS)[0]
    os.close(descriptor)


def zygote_pid(config: Config) -> int:
    """The zygote is the parent of its agents."""
    [agent, *_] = geniejars.list_agents(config)
    return int(Path(f"/proc/{agent.pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_command_starts_the_server_and_the_agent_it_needs(config: Config) -> None:
    """Nothing was started by hand."""
    name = geniejars.allocate(config)

    with open_jar(config, name) as session:
        hello = (session.jar, session.role, session.home)

    assert hello == (name, "live", "/home/jar")


def test_asking_starts_nothing(config: Config) -> None:
    """status of an idle pool: no server, no agent, no folder."""
    assert geniejars.list_agents(config) == ()
    assert geniejars.agent_status(config, "jar001").running is False
    assert not config.state_dir.exists()


def test_two_commands_at_once_start_one_server(config: Config, tmp_path: Path) -> None:
    """Twenty at once, even; and one agent."""

    def ask(n: int) -> None:
        with connect(config, "jar001", "live") as session:
            (tmp_path / f"pids{n}").write_text(f"{server_pid(config)} {session.agent_pid}")

    processes = [PROCESSES.Process(target=ask, args=(n,)) for n in range(20)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    seen = {path.read_text() for path in tmp_path.glob("pids*")}
    assert [process.exitcode for process in processes] == [0] * 20
    assert len(seen) == 1


def test_the_server_is_nobodys_child(config: Config) -> None:
    """It has a session of its own, no descriptor of its starter's, and writes to its log."""
    pid = server_pid(config)

    opened = open_files(pid)
    files = {p for p in opened.values() if p.startswith("/") and not p.startswith("/proc")}
    assert os.getsid(pid) != os.getsid(0)
    assert Path(f"/proc/{pid}/stat").read_text().split()[3] != str(os.getpid())
    assert (opened[0], opened[2]) == ("/dev/null", str(config.server_log))
    assert files == {"/dev/null", str(config.server_log), str(config.socket_dir / "server.lock")}


def test_the_sockets_are_the_managers_alone(config: Config) -> None:
    """The folder vouches for what listens in it."""
    connect(config, "jar001", "live").close()

    sockets = [path for path in config.socket_dir.iterdir() if path.is_socket()]
    assert stat.S_IMODE(config.socket_dir.stat().st_mode) == 0o700
    assert {path.name for path in sockets} == {
        "server.sock",
        "zygote.sock",
        agent_socket("jar001", "live"),
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in sockets} == {0o600}


def test_a_killed_server_takes_no_app_with_it(config: Config) -> None:
    """The zygote keeps the sockets; the next server has the same agents again."""
    name = geniejars.allocate(config)
    started = geniejars.start_as(config, name, "app", wait=False)
    kill(server_pid(config))

    status = geniejars.agent_status(config, name)

    assert status.running
    assert geniejars.Detached(status.pid or 0) == started


def test_a_killed_server_is_not_missed_by_its_clients(config: Config) -> None:
    """An open session goes on, for it speaks with the agent itself."""
    with connect(config, "jar001", "live") as session:
        kill(server_pid(config))

        assert session.status().running is False


def test_a_killed_zygote_ends_its_jars_and_is_named(config: Config) -> None:
    """The next command works and says what happened."""
    name = geniejars.allocate(config)
    geniejars.start_as(config, name, "app", wait=False)
    server = server_pid(config)
    kill(zygote_pid(config))

    with connect(config, name, "live") as session:
        running, notice = session.status().running, session.notice

    assert not running
    assert notice is not None
    assert name in notice
    assert server_pid(config) == server


def test_a_killed_agent_comes_back(config: Config) -> None:
    """At the next connection, without anybody noticing."""
    with connect(config, "jar001", "live") as session:
        first = session.agent_pid
    kill(first)

    with connect(config, "jar001", "live") as session:
        second = session.agent_pid

    assert second != first


def test_a_queued_connection_starts_the_next_agent(config: Config) -> None:
    """As an agent that leaves when idle finds out too late that somebody came."""
    with connect(config, "jar001", "live") as busy:
        first = busy.agent_pid
        queued = connect_to(config.socket_dir, agent_socket("jar001", "live"))
        kill(first)

        with geniejars.AgentSession.open(queued, "jar001") as session:
            assert session.agent_pid != first


def test_an_agent_that_cannot_live_is_given_up(make_config: MakeConfig) -> None:
    """Its caller gets an error instead of waiting for ever."""
    config = make_config("dies")

    with pytest.raises(MachineError) as caught:
        connect(config, "jar001", "live")

    assert caught.value.code == "agent-lost"


def test_a_refusal_comes_with_the_ways_out(make_config: MakeConfig) -> None:
    """The zygote's, and such a server does not stay."""
    config = make_config("refuses")

    with reach_server(config) as server:
        pid = server.hello().pid
        with pytest.raises(MachineError) as caught:
            server.open("jar001", "live", None)

    assert (caught.value.message, caught.value.code) == ("no jars here", "weak")
    assert (caught.value.help or "").startswith("try --isolation weak")
    wait_for_end(pid)


def test_an_idle_server_leaves_with_its_zygote(make_config: MakeConfig) -> None:
    """After the last agent and the last caller, for as long as agentIdleTimeout says."""
    config = evolve(make_config(), agent_idle_timeout=0.2)
    pid = server_pid(config)
    connect(config, "jar001", "live").close()
    zygote = zygote_pid(config)

    wait_for_end(pid)

    wait_for_end(zygote)
    assert ServerLink.find(config) is None


def test_shutting_down_ends_everything(config: Config) -> None:
    """Apps, agents, zygote and server; doing it again is fine."""
    geniejars.start_as(config, geniejars.allocate(config), "app", wait=False)
    pids = [server_pid(config), zygote_pid(config)]
    pids += [agent.pid for agent in geniejars.list_agents(config)]

    geniejars.shut_down(config)
    geniejars.shut_down(config)

    for pid in pids:
        wait_for_end(pid)


def test_shutting_down_finds_what_a_killed_server_left(config: Config) -> None:
    """An app that runs on without a server is ended, too."""
    geniejars.start_as(config, geniejars.allocate(config), "app", wait=False)
    [agent] = geniejars.list_agents(config)
    kill(server_pid(config))

    geniejars.shut_down(config)

    wait_for_end(agent.pid)


def test_another_config_gets_another_server(config: Config) -> None:
    """Facts are fixed when a zygote starts; where nothing runs it is replaced silently."""
    first = server_pid(config)
    connect(config, "jar001", "live").close()

    second = server_pid(evolve(config, network="none"))

    assert second != first


def test_a_server_that_is_needed_stays(config: Config) -> None:
    """Another config while an app runs: the error names the jar and what to type."""
    name = geniejars.allocate(config)
    geniejars.start_as(config, name, "app", wait=False)

    with pytest.raises(MachineError) as caught:
        reach_server(evolve(config, network="none"))

    assert name in caught.value.message
    assert "sys down" in (caught.value.help or "")
    assert geniejars.agent_status(config, name).running


def upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is a newer one; what it starts is not."""
    monkeypatch.setattr("geniejars.facts.VERSION", "99.0")
    monkeypatch.setattr("geniejars.reception.VERSION", "99.0")
    monkeypatch.setattr("geniejars.reception.START_SECONDS", 0.0)


def test_an_upgrade_while_an_app_runs(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app is left alone; the error names both versions and what to type."""
    name = geniejars.allocate(config)
    geniejars.start_as(config, name, "app", wait=False)
    with monkeypatch.context() as newer:
        upgrade(newer)
        with pytest.raises(MachineError) as caught:
            reach_server(config)

    assert f"{name} still runs under jarbuild {geniejars.VERSION}, and this is 99.0" in str(
        caught.value
    )
    assert "sys down" in (caught.value.help or "")
    assert geniejars.agent_status(config, name).running


def test_an_upgrade_of_an_idle_server(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent away without a word."""
    old = server_pid(config)
    with monkeypatch.context() as newer:
        upgrade(newer)
        with pytest.raises(MachineError, match="does not start"):  # the new one is none here
            reach_server(config)

    wait_for_end(old)


def test_code_that_changed_in_a_checkout(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle server of older code is sent away; one that is needed serves on."""
    first = server_pid(config)
    monkeypatch.setattr("geniejars.facts.code_stamp", lambda: "edited")
    monkeypatch.setattr("geniejars.reception.START_SECONDS", 0.0)
    with pytest.raises(MachineError, match="does not start"):  # what it starts is not edited
        reach_server(config)
    wait_for_end(first)
    monkeypatch.undo()
    geniejars.start_as(config, geniejars.allocate(config), "app", wait=False)
    monkeypatch.setattr("geniejars.facts.code_stamp", lambda: "edited again")
    reach_server(config).close()


def test_a_zygote_of_another_config_is_noticed_by_a_new_server(config: Config) -> None:
    """Its server was killed; the facts it was started with are what counts."""
    name = geniejars.allocate(config)
    geniejars.start_as(config, name, "app", wait=False)
    kill(server_pid(config))

    with pytest.raises(MachineError, match=name):
        reach_server(evolve(config, network="none"))


def test_ending_a_jar_ends_both_roles(config: Config) -> None:
    """And fine it is where nothing runs."""
    connect(config, "jar001", "live").close()
    connect(config, "jar001", "build").close()

    geniejars.end_jar(config, "jar001")
    geniejars.end_jar(config, "jar002")

    assert geniejars.list_agents(config) == ()


def test_a_jar_is_cleared_for_its_next_tenant(config: Config) -> None:
    """Where somebody has been in it, and only there; its number tells whose ids it has."""
    first = geniejars.allocate(config)
    geniejars.ensure_agent(config, first)
    geniejars.deallocate(config, first)
    clean_before = not (config.home_base / first / "wiped").exists()

    second = geniejars.allocate(config)

    assert (second, clean_before) == (first, True)
    assert (config.home_base / second / "wiped").read_text() == "0"
    assert geniejars.list_agents(config) == ()


def test_an_interrupted_clearing_is_finished_by_whoever_comes(config: Config) -> None:
    """A jar is never opened with the last tenant's files in it."""
    name = geniejars.allocate(config)
    with geniejars.acquire_lock(config):
        state = geniejars.read_state(config)
        state["pool"][name]["uncleared"] = True
        geniejars.write_state(config, state)

    geniejars.ensure_agent(config, name)

    assert (config.home_base / name / "wiped").exists()
    assert geniejars.read_state(config)["pool"][name]["uncleared"] is False


def test_what_the_manager_made_is_handed_over(config: Config) -> None:
    """The count comes back."""
    with reach_server(config) as server:
        assert server.hand_over("jar003") == 7


def test_a_state_folder_may_lie_deep(tmp_path: Path, config: Config) -> None:
    """The path of a UNIX socket ends at 107 bytes; ours are reached through a descriptor."""
    deep = default_config(tmp_path / ("d" * 60) / ("e" * 60) / "state.json")
    deep = evolve(deep, python_path=config.python_path)

    with connect(deep, "jar001", "live") as session:
        jar = session.jar

    geniejars.shut_down(deep)
    assert jar == "jar001"


def test_the_situation_is_what_the_zygote_found(config: Config) -> None:
    """With what is lost, for the screen and `doctor`."""
    situation = geniejars.find_situation(config)

    assert (situation.name, situation.lost) == ("full", ("nothing",))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"{\n", id="no-json"),
        pytest.param(b"[]\n", id="no-object"),
        pytest.param(b'{"verb":"dance"}\n', id="unknown-verb"),
        pytest.param(b'{"verb":"open"}\n', id="missing-field"),
        pytest.param(b'{"verb":"wipe","jar":"nobody"}\n', id="unknown-jar"),
    ],
)
def test_nonsense_is_answered(line: bytes, config: Config) -> None:
    """The server stays up and says what it thinks of it."""
    with reach_server(config) as server:
        server.connection.sendall(line)
        reply = server.connection.recv(1 << 16)

        assert b'"ok": false' in reply
        assert server.hello().agents == ()
