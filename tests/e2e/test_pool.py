"""A pool of real users: made by setup, used by a plain manager, gone after uninstall."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from builds import build, status
from machines import WITHOUT_NAMESPACES, is_root
from pools import Pool, pool_of, traces
from schemas import complaints
from test_share import work_on_checkout

import geniejars
from geniejars import load_config, pool_removal, pool_setup
from geniejars.pool.places import SYSTEM
from geniejars.pool.texts import unit

pytestmark = pytest.mark.skipif(not is_root(), reason="setup makes users")

JFILE = """\
TAG web
COPY a.txt a.txt
RUN cat ${COMMON}/tool > tool.txt && id -u > uid.txt
CMD ["sh", "-c", "echo app says $PORT_1; exec sleep 1000"]
"""
SITUATIONS = {"plain manager": "full", "root": "full", "without namespaces": "no-namespaces"}


@pytest.fixture(scope="module", params=SITUATIONS)
def pool(request: pytest.FixtureRequest, scripts: Path) -> Iterator[Pool]:
    """A pool that is set up, with its zygote."""
    with pool_of(scripts, root=request.param == "root") as pool:
        pool.set_up()
        if request.param == "without namespaces":
            start_without_namespaces(pool)
        (pool.base / "common/tool").write_text("of all jars\n")
        yield pool


def start_without_namespaces(pool: Pool) -> None:
    """As on a machine that has none: this zygote is found, and used."""
    subprocess.run(["/usr/bin/python3", WITHOUT_NAMESPACES, pool.program], check=True, timeout=60)


@pytest.fixture
def project(pool: Pool) -> Path:
    folder = pool.machine.home / "project"
    folder.mkdir(exist_ok=True)
    (folder / "JFile").write_text(JFILE)
    (folder / "a.txt").write_text("a\n")
    pool.machine.own(folder)
    return folder


def test_every_command_works(pool: Pool, project: Path, request: pytest.FixtureRequest) -> None:
    """From alloc to reset and free: the manager needs nobody else's rights."""
    machine = pool.machine
    situation = SITUATIONS[request.node.callspec.params["pool"]]
    doctor = machine.run("geniejars", "doctor")
    told = json.loads(machine.run("geniejars", "doctor", "--quick", "--json").stdout)
    name = machine.run("geniejars", "alloc").stdout.strip()
    built = build(machine, project, "--jar", name)
    up = machine.run("geniejars", "app", "up", "-n", name)
    app = machine.run("geniejars", "app", "status", name)
    log = machine.run("geniejars", "logs", name)
    seen = machine.run("geniejars", "exec", name, "cat a.txt tool.txt; echo new > new.txt; id -un")
    real = machine.run("/bin/ls", "-ln", f"{pool.jars}/{name}")
    changed = machine.run("geniejars", "diff", name)
    backup = machine.run("geniejars", "backup", name)
    again = build(machine, project, "--jar", name)
    machine.run("geniejars", "app", "down", name)
    reset = machine.run("geniejars", "reset", name)
    freed = machine.run("geniejars", "free", name)
    home = Path(pool.jars, name, "home")

    assert situation in doctor.stdout and "OPEN" not in doctor.stdout, doctor
    assert doctor.returncode == 0, doctor
    assert "2 of 2" in doctor.stdout and "may start the pool" in doctor.stdout, doctor
    assert ("newgrp" in doctor.stdout) is bool(machine.kind.user), doctor
    assert complaints("doctor", told) == [] and told["pool"]["size"] == 2, told
    assert built.code == 0, (built.events, built.err)
    assert up.returncode == 0, up
    assert app.returncode == 0 and "running" in app.stdout, app
    assert log.stdout.startswith("app says "), log
    assert seen.stdout == f"a\nof all jars\n{'jar' if situation == 'full' else name}\n", seen
    assert str(os.stat(home).st_uid) in real.stdout, real
    assert "A new.txt" in changed.stdout, changed
    assert backup.returncode == 0, backup
    assert again.executed == [], again.events
    assert reset.returncode == 0 and "new.txt" in reset.stdout, reset
    assert freed.returncode == 0, freed
    assert status(machine)["pool"][name]["status"] == "free"


def test_a_checkout_is_worked_on(pool: Pool) -> None:
    """Root's zygote is handed the manager's folder, and what the jar makes there is the
    manager's."""
    work_on_checkout(pool.machine)


def test_what_runs_in_a_jar_is_its_user(pool: Pool) -> None:
    """A process of the workload has the user's own number on the machine."""
    name = pool.machine.run("geniejars", "alloc").stdout.strip()
    pool.machine.run("geniejars", "exec", "-d", name, "sleep", "4321")
    uids = [
        os.stat(process).st_uid
        for process in Path("/proc").glob("[0-9]*")
        if b"sleep\x004321" in cmdline(process)
    ]
    pool.machine.run("geniejars", "free", name)

    assert set(uids) == {os.stat(pool.jars / name / "home").st_uid}


def cmdline(process: Path) -> bytes:
    with suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""


def test_what_a_jar_makes_in_a_share_is_the_managers(pool: Pool) -> None:
    """Also where the manager's own group is another one than the pool's."""
    folder = pool.machine.home / "shared"
    folder.mkdir()
    pool.machine.own(folder)
    name = alloc(pool)
    shared = pool.machine.run("geniejars", "share", folder, "--rw", name)
    made = pool.machine.run("geniejars", "exec", name, f"echo made > {folder}/made")
    owner = (folder / "made").stat().st_uid
    pool.machine.run("geniejars", "free", name)

    assert shared.returncode == made.returncode == 0, (shared, made)
    assert owner == folder.stat().st_uid


def test_the_dead_are_replaced(pool: Pool, request: pytest.FixtureRequest) -> None:
    """Server and zygote killed: the next command has others, without a word of root's."""
    machine = pool.machine
    name = machine.run("geniejars", "alloc").stdout.strip()
    assert machine.run("geniejars", "exec", name, "echo one > one").returncode == 0
    end(server_of(pool))
    after_server = machine.run("geniejars", "exec", name, "cat one")
    end(pool.zygote() or 0)
    if request.node.callspec.params["pool"] == "without namespaces":
        start_without_namespaces(pool)
    after_zygote = machine.run("geniejars", "exec", name, "cat one")
    machine.run("geniejars", "free", name)

    assert after_server.stdout == after_zygote.stdout == "one\n", (after_server, after_zygote)


def server_of(pool: Pool) -> int:
    marker = str(pool.base / "state").encode()
    (pid,) = (
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if b"geniejars.server" in cmdline(process) and marker in cmdline(process)
    )
    return pid


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and b"State:\tZ" not in state_of(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def state_of(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/status").read_bytes()
    return b"State:\tZ"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd is installed")
def test_systemd_takes_the_unit(pool: Pool, tmp_path: Path) -> None:
    """The unit that setup writes where systemd runs has no mistake in it."""
    at = SYSTEM.of(pool.name)
    file = tmp_path / at.unit_name
    file.write_text(unit(at))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", file], capture_output=True, text=True, check=False
    )

    assert (verified.returncode, verified.stderr) == (0, ""), verified


def test_root_is_told_whose_pool_it_is(pool: Pool) -> None:
    """A pool has one manager; whoever else reads its config hears who that is."""
    manager = pool.machine.kind.user
    said = subprocess.run(
        [pool.machine.scripts / "geniejars", "alloc"],
        env={**os.environ, "GENIEJARS_HOME": str(pool.base)},
        capture_output=True,
        text=True,
        check=False,
    )
    if manager is None:
        pool.machine.run("geniejars", "free", said.stdout.strip())

    assert said.returncode == (3 if manager else 0), said
    assert not manager or f"is {manager}'s, and this is root" in said.stderr


def test_another_version_names_setup(pool: Pool) -> None:
    """Root's part is of the version that set it up; the message says what to type."""
    facts = pool.program.with_name("facts.json")
    before = facts.read_text()
    facts.write_text(before.replace(f'"code": "{geniejars.VERSION}"', '"code": "0.0.9"'))
    said = pool.machine.run("geniejars", "alloc")
    facts.write_text(before)

    assert said.returncode == 3, said
    assert f"was set up by jarbuild 0.0.9, and this is {geniejars.VERSION}" in said.stderr
    assert "sudo geniejars setup" in said.stderr, said


def test_systemd_hears_when_the_socket_is_there(pool: Pool, tmp_path: Path) -> None:
    """In the foreground, as the unit runs it: ready, then at the manager's service."""
    pool.machine.run("geniejars", "sys", "up")
    pool.machine.run("geniejars", "sys", "down")
    pool.wait_for_end()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(tmp_path / "notify"))
        notified.settimeout(30)
        service = subprocess.Popen(
            [pool.program, "--foreground"], env={"NOTIFY_SOCKET": str(tmp_path / "notify")}
        )
        told = notified.recv(100)
    up = pool.machine.run("geniejars", "sys", "up")
    is_same = pool.zygote() == service.pid
    pool.machine.run("geniejars", "sys", "down")

    assert told == b"READY=1"
    assert up.returncode == 0 and is_same, up
    assert service.wait(30) == 0


def test_nothing_is_left(scripts: Path) -> None:
    """Accounts, rules, folders, ids: as they were. A dry run changes nothing on the way."""
    with pool_of(scripts) as pool:
        before = traces(pool.name)
        dry = pool.set_up("--dry-run")
        assert traces(pool.name) == before
        done = pool.set_up()
        again = pool.set_up()
        name = pool.machine.run("geniejars", "alloc").stdout.strip()
        pool.machine.run("geniejars", "exec", "-d", name, "sleep", "1000")
        refused = pool.as_root("uninstall")
        removed = pool.as_root("uninstall", "--yes")
        left = {path.name for path in pool.base.iterdir()}

    assert [f"would {line}" for line in done.split("\n\n")[0].splitlines()] == dry.splitlines()
    assert again == "nothing to do\n"
    assert refused.returncode == 2 and "not answered: Delete the homes in" in refused.stderr
    assert f"({name} in use)" in refused.stderr and "--yes" in refused.stderr
    assert removed.returncode == 0, removed
    assert traces(pool.name) == before == []
    assert left == {"home", "geniejars.config.json"}


def test_growing_and_shrinking(scripts: Path) -> None:
    """New jars are users at once; the last go when nobody has them, and the others stay."""
    with pool_of(scripts, size=1) as pool:
        pool.set_up()
        first = uid_of(pool, 1)
        pool.configure(poolSize=3)
        outdated = pool.machine.run("geniejars", "sys", "up")
        pool.set_up()
        third = uid_of(pool, 3)
        names = [pool.machine.run("geniejars", "alloc").stdout.strip() for _ in range(3)]
        ran = pool.machine.run("geniejars", "exec", names[2], "echo hi")
        pool.configure(poolSize=5000)
        too_large = pool.as_root("setup")
        pool.configure(poolSize=3, processMax=99)
        pool.machine.run("geniejars", "exec", "-d", names[2], "sleep", "100")
        in_use = pool.as_root("setup")
        pool.machine.run("geniejars", "sys", "down")
        pool.configure(poolSize=2, processMax=4096)
        busy = pool.as_root("setup")
        pool.machine.run("geniejars", "free", names[2])
        pool.machine.run("geniejars", "sys", "down")
        pool.set_up()

        assert outdated.returncode == 3, outdated
        assert "poolSize: changed in the config since the pool" in outdated.stderr
        assert in_use.returncode == 2, in_use
        assert f"jars of the pool {pool.name} are in use, and setup would end them" in in_use.stderr
        assert too_large.returncode == 2, too_large
        assert "this pool was set up with ids for" in too_large.stderr
        assert ran.stdout == "hi\n", ran
        assert busy.returncode == 2 and f"{names[2]} would go" in busy.stderr, busy
        assert uid_of(pool, 1) == first
        assert third not in [uid_of(pool, 2), uid_of(pool, 3)]
        assert not (pool.jars / names[2]).exists()


def uid_of(pool: Pool, number: int) -> str | None:
    found = subprocess.run(["id", "-u", f"{pool.name}{number}"], capture_output=True, text=True)
    return found.stdout.strip() or None


class CutError(Exception):
    """Somebody pulled the plug."""


def test_a_setup_that_is_cut_off_anywhere_goes_on(scripts: Path) -> None:
    """Cut after every few steps it still arrives, and so does uninstall."""
    with pool_of(scripts, size=1) as pool:
        config = load_config(pool.config)
        assert arrives(lambda: pool_setup(config))
        ran = pool.machine.run("geniejars", "exec", alloc(pool), "echo hi")
        pool.machine.run("geniejars", "sys", "down")
        assert arrives(lambda: pool_removal(config))

    assert ran.stdout == "hi\n", ran
    assert traces(pool.name) == []


def alloc(pool: Pool) -> str:
    return pool.machine.run("geniejars", "alloc").stdout.strip()


def arrives(plan: Callable[[], Sequence[object]]) -> bool:
    """Planned anew after every few steps, until there is nothing to do."""
    seen: set[str] = set()
    for _ in range(20):
        steps = plan()
        if not steps:
            return True
        fresh = [str(step) for step in steps if str(step) not in seen]
        with suppress(CutError):
            geniejars.change_machine(steps, partial(cut_off, fresh[STRIDE:]))
        seen.update(fresh[:STRIDE])
    return False


STRIDE = 3


def cut_off(at: Sequence[str], step: object) -> None:
    if str(step) in at[:1]:
        raise CutError
