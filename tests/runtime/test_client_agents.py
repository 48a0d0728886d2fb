"""The library against real jars: a real server, a real zygote, real agents."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import evolve

import geniejars
from genieagent.operations import MakeFolder, Take, WriteFile
from genieagent.trees import EMPTY_TREE, Entry, Forest, Tree, sha256
from geniejars import (
    AgentError,
    App,
    Config,
    Health,
    Home,
    Policy,
    Prepared,
    Terminal,
    TimedOutError,
)
from geniejars.config import default_config
from geniejars.processes import open_jar
from geniejars.reception import connect

WAIT_SECONDS = 20


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """A pool of its own; everything it started is ended."""
    config = default_config(tmp_path_factory.mktemp("pool") / "state/state.json")
    yield config
    geniejars.shut_down(config)


@pytest.fixture
def jar(config: Config) -> Iterator[str]:
    name = geniejars.allocate(config)
    yield name
    geniejars.deallocate(config, name)


def shell(config: Config, jar: str, command: str) -> str:
    done = geniejars.run_shell_as(config, jar, command, capture=True)
    return done.stdout.decode() + done.stderr.decode()


def wait_until_ended(pid: int) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = select.select([descriptor], [], [], WAIT_SECONDS)[0]
    os.close(descriptor)
    return bool(ended)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param("exit 0", 0, id="success"),
        pytest.param("exit 7", 7, id="failure"),
        pytest.param("kill -TERM $$", 128 + signal.SIGTERM, id="signal"),
        pytest.param("kill -KILL $$", 128 + signal.SIGKILL, id="killed"),
        pytest.param("no-such-command", 127, id="not-found"),
    ],
)
def test_exit_codes_are_a_shells(command: str, code: int, config: Config, jar: str) -> None:
    """128 + n for a signal."""
    assert geniejars.run_shell_as(config, jar, command, capture=True).exit_code == code


def test_binary_output_is_captured(config: Config, jar: str) -> None:
    """Every byte, on the stream it was written to."""
    done = geniejars.run_shell_as(config, jar, "printf '\\377\\000'; printf err >&2", capture=True)

    assert (done.stdout, done.stderr) == (b"\xff\x00", b"err")


def test_output_goes_where_ours_goes(config: Config, jar: str) -> None:
    """Without capture, as a child process's would; seen from a program of its own."""
    program = (
        "import sys; from pathlib import Path; import geniejars;"
        "from geniejars.config import default_config;"
        "config = default_config(Path(sys.argv[1]));"
        "geniejars.run_shell_as(config, sys.argv[2], 'echo out; echo err >&2')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(config.state_file), jar],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    )

    assert (done.stdout, done.stderr) == (b"out\n", b"err\n")


def test_input_is_forwarded(config: Config, jar: str, tmp_path: Path) -> None:
    """More than a pipe holds, to its end."""
    source = tmp_path / "input"
    source.write_bytes(b"y" * 1_000_000)

    with source.open("rb") as file:
        done = geniejars.run_as(config, jar, "wc", ["-c"], stdin=file.fileno(), capture=True)

    assert done.stdout.split() == [b"1000000"]


def test_a_command_starts_where_it_is_told(config: Config, jar: str) -> None:
    """Below the home, by the path in the jar or by the real one."""
    shell(config, jar, "mkdir -p app/sub")
    real = str(geniejars.home_dir(config, jar) / "app/sub")
    with open_jar(config, jar) as session:
        inside = f"{session.home}/app/sub"

    folders = [
        geniejars.run_as(config, jar, "pwd", cwd=cwd, capture=True).stdout.decode().strip()
        for cwd in ("app/sub", inside, real)
    ]

    assert folders == [inside] * 3


def test_another_folder_is_refused(config: Config, jar: str) -> None:
    """A command never starts outside the home."""
    with pytest.raises(geniejars.UsageError, match="not in the home"):
        geniejars.run_as(config, jar, "pwd", cwd="/etc")


def test_a_command_has_a_time_limit(config: Config, jar: str) -> None:
    """TimedOutError, and nothing of it is left."""
    with pytest.raises(TimedOutError):
        geniejars.run_shell_as(config, jar, "sleep 1000", timeout=0.2)

    assert geniejars.agent_status(config, jar).sessions == ()


def test_a_terminal_is_a_terminal(config: Config, jar: str) -> None:
    """Of the size that was asked for, with an echo, and it ends with its command."""
    master, slave = pty.openpty()
    os.write(master, b"typed\n")
    seen: list[bytes] = []
    with open_jar(config, jar) as session:
        code = session.run(
            ["sh", "-c", 'stty size; read line; echo "got $line"'],
            env={"PATH": geniejars.SEARCH_PATH, "TERM": "xterm"},
            stdin=slave,
            tty=Terminal(rows=31, cols=99),
            on_output=lambda _stream, data: seen.append(data),
        )
    os.close(master)
    os.close(slave)

    output = b"".join(seen)
    assert code == 0
    assert b"31 99" in output
    assert b"got typed" in output


def test_a_signal_ends_the_command_and_not_the_agent(config: Config, jar: str) -> None:
    """As Ctrl-C in `exec`."""
    with open_jar(config, jar) as session:
        seen: list[bytes] = []

        def interrupt(_stream: str, data: bytes) -> None:
            seen.append(data)
            session.send_signal("INT")

        code = session.run(
            ["sh", "-c", "echo ready; exec sleep 1000"],
            env={"PATH": geniejars.SEARCH_PATH},
            on_output=interrupt,
        )
        status = session.status()

    assert (code, seen, status.sessions) == (130, [b"ready\n"], ())


def test_a_detached_command_stays(config: Config, jar: str) -> None:
    """After its session has ended, until the jar ends."""
    with open_jar(config, jar) as session:
        env = {"PATH": geniejars.SEARCH_PATH}
        session.run_detached(["sh", "-c", "sleep 1000 & echo up > flag; wait"], env=env)

    assert "sleep 1000" in shell(config, jar, "until [ -e flag ]; do :; done; ps -ef")


def test_an_app_runs_until_it_is_stopped(config: Config, jar: str) -> None:
    """start returns when it really runs; stop sends its signal; the log has the first byte
    and the last."""
    script = 'trap "echo bye; exit 5" INT; echo hello; while :; do sleep 0.05; done'
    started = geniejars.start_as(config, jar, "sh", ["-c", script], wait=False, stop_signal="INT")
    assert isinstance(started, geniejars.Detached)
    running = geniejars.agent_status(config, jar)
    with open_jar(config, jar) as session, pytest.raises(AgentError) as caught:
        session.start(App(("true",), {}))
    shell(config, jar, "sleep 0.3")

    code = geniejars.stop_process(config, jar)

    log = geniejars.log_file_path(config, jar)
    assert (running.running, running.pid, caught.value.code) == (True, started.pid, "running")
    assert code == 5
    assert log.read_text() == "hello\nbye\n"
    assert geniejars.agent_status(config, jar).running is False


def test_an_attached_app_ends_with_its_code(config: Config, jar: str, tmp_path: Path) -> None:
    """Its output goes to the file that was asked for and to its log."""
    pids: list[int] = []
    copy = tmp_path / "copy"

    done = geniejars.start_as(
        config, jar, "sh", ["-c", "echo out; exit 4"], log_file=copy, on_started=pids.append
    )

    assert done == geniejars.Completed(4)
    assert len(pids) == 1
    assert (copy.read_text(), geniejars.log_file_path(config, jar).read_text()) == ("out\n",) * 2


def test_an_attached_app_is_stopped_from_elsewhere(config: Config, jar: str) -> None:
    """As `app down` does while `app up` waits."""

    stopper = threading.Thread(target=geniejars.stop_process, args=(config, jar))
    done = geniejars.start_as(config, jar, "sleep", ["1000"], on_started=lambda _: stopper.start())
    stopper.join()

    assert done == geniejars.Completed(128 + signal.SIGTERM)


def test_stopping_nothing_is_an_error(config: Config, jar: str) -> None:
    """With a code of its own."""
    with pytest.raises(AgentError) as caught:
        geniejars.stop_process(config, jar)

    assert caught.value.code == "not-running"


def test_an_app_outlives_its_server(config: Config, jar: str) -> None:
    """The next server has it again."""
    geniejars.start_as(config, jar, "sleep", ["1000"], wait=False)
    with geniejars.reception.reach_server(config) as server:
        pid = server.hello().pid
    os.kill(pid, signal.SIGKILL)
    assert wait_until_ended(pid)

    assert geniejars.agent_status(config, jar).running
    assert geniejars.stop_process(config, jar) == 128 + signal.SIGTERM


def test_an_app_ends_with_its_agent(config: Config, jar: str) -> None:
    """When that is killed, its pid namespace takes the app along, and the status says so."""
    geniejars.start_as(config, jar, "sleep", ["1000"], wait=False, restart=Policy("always"))
    [pid] = [a.pid for a in geniejars.list_agents(config) if a.jar == jar]
    os.kill(pid, signal.SIGKILL)
    assert wait_until_ended(pid)
    processes = shell(config, jar, "ls -d /proc/[0-9]*/exe").count("\n")
    status = geniejars.agent_status(config, jar)

    assert (status.running, status.exit, status.lost) == (False, None, True)
    assert processes <= 5  # agent, session, sh, ls


def test_an_app_is_watched_in_its_jar(config: Config, jar: str) -> None:
    """Its health check sees what it sees: its home and its /tmp."""
    check = Health(("sh", "-c", "cat health /tmp/health"), 0.05, 5.0, 0.0, 1)
    script = "echo home > health; echo tmp > /tmp/health; exec sleep 1000"
    geniejars.start_as(config, jar, "sh", ["-c", script], wait=False, health=check)
    deadline = time.monotonic() + WAIT_SECONDS
    while (health := geniejars.agent_status(config, jar).health) and health.state != "healthy":
        assert time.monotonic() < deadline, health
    geniejars.stop_process(config, jar)

    assert health is not None
    assert (health.exit, health.output) == (0, "home\ntmp\n")


def test_a_free_jar_runs_nothing(config: Config) -> None:
    """Daemons included that ignore every signal but KILL."""
    name = geniejars.allocate(config)
    daemon = "trap '' TERM INT HUP; setsid sleep 1000 & echo $! > pid; wait"
    with open_jar(config, name) as session:
        session.run_detached(["sh", "-c", daemon], env={"PATH": geniejars.SEARCH_PATH})
    [agent] = [a for a in geniejars.list_agents(config) if a.jar == name]

    geniejars.deallocate(config, name)

    assert wait_until_ended(agent.pid)
    assert name not in {agent.jar for agent in geniejars.list_agents(config)}


def test_shutting_down_is_kind_and_complete(tmp_path: Path) -> None:
    """An app gets its grace, one that does not listen is killed after it, daemons with them."""
    config = evolve(default_config(tmp_path / "state/state.json"), shutdown_grace_ms=500)
    kind, deaf = geniejars.allocate(config), geniejars.allocate(config)
    marker = f"1000.{os.getpid()}"
    daemon = f"trap '' TERM HUP; (setsid sleep {marker} &) ; echo up"
    listens = f"{daemon}; trap 'echo bye; exit 0' TERM; while :; do sleep 0.02; done"
    geniejars.start_as(config, kind, "sh", ["-c", listens], wait=False)
    geniejars.start_as(config, deaf, "sh", ["-c", f"{daemon}; exec sleep {marker}"], wait=False)
    with open_jar(config, deaf) as session:
        session.run_detached(["sh", "-c", daemon], env={"PATH": geniejars.SEARCH_PATH})
    logs = [geniejars.log_file_path(config, name) for name in (kind, deaf)]
    wait_until(lambda: all(log.exists() and log.read_text() == "up\n" for log in logs))
    wait_until(lambda: len(running_with(marker)) == 4)
    geniejars.shut_down(config)

    assert running_with(marker) == []
    assert "bye\n" in logs[0].read_text()
    assert geniejars.agent_status(config, kind).exit == 0
    assert geniejars.agent_status(config, deaf).exit == 128 + signal.SIGKILL


def running_with(word: str) -> list[int]:
    """Processes of this machine with that word in their command line."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if word.encode() in file.read_bytes().split(b"\0"):
                found.append(int(file.parent.name))
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_next_tenant_finds_nothing(config: Config) -> None:
    """Home, /tmp, shared memory, log and cache of the last one are gone."""
    name = geniejars.allocate(config)
    plant = "for d in . /tmp /var/tmp /dev/shm; do echo canary > $d/planted; done; mkdir -p a/b"
    geniejars.start_as(config, name, "sh", ["-c", f"{plant}; echo canary"])
    geniejars.deallocate(config, name)

    assert geniejars.allocate(config) == name
    found = shell(config, name, "ls -A . /tmp /var/tmp /dev/shm")
    left = [path for path in (config.home_base / name).rglob("*") if path.is_file()]
    geniejars.deallocate(config, name)

    assert "planted" not in found
    assert all(b"canary" not in path.read_bytes() for path in left)


def test_what_was_kept_is_still_there(config: Config) -> None:
    """`alloc --no-clear`, and `--backup` of what the last tenant left."""
    name = geniejars.allocate(config)
    shell(config, name, "echo content > kept")
    geniejars.deallocate(config, name)
    archives: list[Path] = []

    geniejars.allocate(config, backup=True, clear=False, on_backup=archives.append)
    kept = shell(config, name, "cat kept")
    geniejars.deallocate(config, name)

    with tarfile.open(archives[0]) as archive:
        names = {member.name.removeprefix("./") for member in archive}
    assert kept == "content\n"
    assert archives[0].parent == config.backup_dir
    assert archives[0].stat().st_mode & 0o777 == 0o600
    assert "kept" in names


def test_the_manager_sees_and_edits_the_home(config: Config, jar: str) -> None:
    """What the jar made is readable here; what is made here is the jar's after `normalize`."""
    home = geniejars.home_dir(config, jar)
    shell(config, jar, "echo jar > made")
    (home / "manager").write_text("mine\n")

    geniejars.normalize(config, jar)

    assert (home / "made").read_text() == "jar\n"
    assert shell(config, jar, "cat manager && echo more >> manager && tail -1 manager") == (
        "mine\nmore\n"
    )


def test_a_home_is_built_by_operations(config: Config, jar: str, tmp_path: Path) -> None:
    """Files from here and from the build root, then known by index: what changes later is drift."""
    source = tmp_path / "source"
    source.write_bytes(b"from the context")
    with connect(config, jar, "build") as build:
        assert build.drift().tree is None
        root_tree, entries = _made_in_root(build)
    geniejars.end_jar(config, jar)
    digest = sha256(b"from the context")
    forest = Forest()
    tree = Tree(forest.build({**entries, b"copied": Entry("file", 0o664, digest, 16)}))
    operations = [
        *((Take(name), None) for name in entries if b"/" not in name),
        (WriteFile(b"copied", 0o664, 16, digest), lambda: os.open(source, os.O_RDONLY)),
    ]

    with connect(config, jar, "live") as home:
        home.apply("home", tree, operations)
        clean = home.drift()
    shell(config, jar, "echo changed > copied; rm app/made")
    with connect(config, jar, "live") as home:
        drifted = dict(home.drift().entries)

    assert root_tree != EMPTY_TREE
    assert (clean.tree, clean.entries) == (tree, ())
    assert drifted.keys() == {b"copied", b"app/made"}
    assert drifted[b"app/made"] is None


def test_a_change_that_nobody_settled_is_settled_by_the_next_start(
    config: Config, jar: str
) -> None:
    """Its build was killed between the change of the home and the change of the state."""
    home = Home(config, jar, print, print)
    tree = Tree(Forest().build({b"app": FOLDER}))
    prepared = Prepared(tag="kept", cmd=("sleep", "1000"), workdir="app")
    home.expect(tree, prepared)
    with home.connect("live") as session:
        session.apply("home", tree, [(MakeFolder(b"app", 0o775), None)])

    home.start_app()

    entry = geniejars.read_state(config)["pool"][jar]
    assert (entry["tree"], entry["alias"], entry["pending"]) == (tree.digest, "kept_1", None)
    assert geniejars.agent_status(config, jar).running


def test_a_change_that_was_never_made_stays_undone(config: Config, jar: str) -> None:
    """Its build was killed before: what the app starts with is what was there."""
    home = Home(config, jar, print, print)
    home.expect(Tree(Forest().build({b"app": FOLDER})), Prepared(cmd=("true",)))

    with pytest.raises(geniejars.UsageError, match="no CMD"):
        home.start_app()


def _made_in_root(build: geniejars.AgentSession) -> tuple[Tree, dict[bytes, Entry]]:
    build.scan("root")
    build.apply("root", Tree(Forest().build({b"app": FOLDER})), [(MakeFolder(b"app", 0o775), None)])
    build.run(
        ["sh", "-c", "echo made > made"],
        env={"PATH": geniejars.SEARCH_PATH},
        cwd="app",
        on_output=lambda *_: None,
    )
    tree = build.scan("root")
    forest = Forest(objects=lambda digest: build.objects([digest])[digest])
    return tree, dict(forest.walk(tree.root))


FOLDER = Entry("folder", 0o775)


def test_a_killed_agent_comes_back(config: Config, jar: str) -> None:
    """kill -9 of an agent: the next command has a new one, and nothing else to say."""
    geniejars.ensure_agent(config, jar)
    [agent] = [a for a in geniejars.list_agents(config) if a.jar == jar]
    os.kill(agent.pid, signal.SIGKILL)

    assert shell(config, jar, "echo alive") == "alive\n"


def test_many_threads_share_a_pool(config: Config) -> None:
    """Jars, commands and their output belong to whoever asked."""
    failures: list[object] = []

    def work(n: int) -> None:
        try:
            name = geniejars.allocate(config)
            output = shell(config, name, f"echo {n}")
            geniejars.deallocate(config, name)
            assert output == f"{n}\n"
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_an_unallocated_jar_runs_nothing(config: Config) -> None:
    """Whatever is asked of it."""
    with pytest.raises(geniejars.UsageError, match="not allocated"):
        geniejars.run_as(config, "jar099", "true")
