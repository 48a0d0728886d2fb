"""What a pool's manager, who may start one program as root, does not get by it.

The attacker is the manager, with the rule that setup wrote and every folder of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from builds import build
from machines import SYSTEM_PYTHON, is_root
from pools import Pool, pool_of

pytestmark = pytest.mark.skipif(not is_root(), reason="setup makes users")

PLANT = "import os; open({canary!r}, 'a').write(f'{{os.geteuid()}}\\n')\n"
PLANTED = (
    "json",
    "fcntl",
    "sitecustomize",
    "usercustomize",
    "genieagent/__init__",
    "genieagent/daemon",
)

SPEAK = """
import json, socket, sys
zygote = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
zygote.connect(sys.argv[1])
listener = socket.socket(socket.AF_UNIX)
listener.bind(""); listener.listen()
order = json.loads(sys.argv[2])
fds = [listener.fileno()] if order["verb"] == "start" else []
socket.send_fds(zygote, [sys.argv[2].encode()], fds)
print(zygote.recv(65536).decode())
"""


@pytest.fixture(scope="module")
def pool(scripts: Path) -> Iterator[Pool]:
    with pool_of(scripts) as pool:
        (pool.machine.home / "tools").mkdir()
        (pool.machine.home / "tools/hello").write_text("of the manager's\n")
        pool.machine.own(pool.machine.home)
        pool.configure(expose=[str(pool.machine.home / "tools")])
        pool.set_up()
        yield pool


def sudo(pool: Pool, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return pool.machine.run("/usr/bin/sudo", "-n", *words)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["PROGRAM", "--foreground"], id="argument"),
        pytest.param(["PROGRAM", ""], id="empty-argument"),
        pytest.param(["/usr/bin/id"], id="another-program"),
        pytest.param([SYSTEM_PYTHON, "PROGRAM"], id="interpreter"),
        pytest.param(["-u", "daemon", "PROGRAM"], id="another-user"),
        pytest.param(["-g", "daemon", "PROGRAM"], id="another-group"),
        pytest.param(["-D", "/var", "PROGRAM"], id="folder"),
        pytest.param(["-R", "/var", "PROGRAM"], id="root"),
        pytest.param(["-C", "50", "PROGRAM"], id="descriptors"),
        pytest.param(["-E", "PROGRAM"], id="environment"),
        pytest.param(["PYTHONPATH=/var", "PROGRAM"], id="variable"),
        pytest.param(["LD_PRELOAD=/var/x.so", "PROGRAM"], id="preloaded"),
        pytest.param(["-s"], id="shell"),
        pytest.param(["-e", "FACTS"], id="edit"),
    ],
)
def test_sudo_allows_one_thing(pool: Pool, words: list[str]) -> None:
    """The program without arguments, as root; nothing beside it."""
    meant = {"PROGRAM": str(pool.program), "FACTS": str(pool.program.with_name("facts.json"))}
    refused = sudo(pool, *(meant.get(word, word) for word in words))
    allowed = sudo(pool, pool.program)

    assert refused.returncode != 0, refused
    assert allowed.returncode == 0, allowed


def test_no_code_of_the_managers_runs_as_root(pool: Pool) -> None:
    """Neither modules in the working folder nor variables of Python and the loader are heard."""
    folder, canary = pool.machine.home / "planted", pool.machine.home / "canary"
    for name in PLANTED:
        file = folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PLANT.format(canary=str(canary)))
    pool.machine.own(folder)
    env = {
        "PYTHONPATH": str(folder),
        "PYTHONSTARTUP": str(folder / "json.py"),
        "PYTHONHOME": str(folder),
        "LD_PRELOAD": str(folder / "x.so"),
        "LD_LIBRARY_PATH": str(folder),
        "PATH": f"{folder}:/usr/bin:/bin",
    }
    pool.machine.run("geniejars", "sys", "up")
    pool.machine.run("geniejars", "sys", "down")
    pool.wait_for_end()
    started = pool.machine.run("/usr/bin/sudo", "-n", pool.program, cwd=folder, env=env)
    is_fooled = canary.exists()
    pool.machine.run(SYSTEM_PYTHON, "-c", "import json", env={"PYTHONPATH": str(folder)})

    assert started.returncode == 0 and pool.zygote() is not None, started
    assert not is_fooled
    assert canary.exists(), "the attack works on a Python that listens"


def test_the_manager_can_change_nothing_of_roots(pool: Pool) -> None:
    """Facts, code, program, rule, sockets' folder, the way to them and the homes' folder."""
    roots = [pool.program.parent, Path("/run/jarbuild", pool.name), pool.jars]
    inside = [path for root in roots[:2] for path in root.rglob("*") if path.name != "zygote.sock"]
    above = [folder for root in roots for folder in root.parents]
    rule = Path(f"/etc/sudoers.d/jarbuild-{pool.name}")
    code = "import os, sys; print([p for p in sys.argv[1:] if os.access(p, os.W_OK)])"
    paths = [*roots, *inside, *above, rule, Path(f"/etc/tmpfiles.d/jarbuild-{pool.name}.conf")]
    said = pool.machine.run(SYSTEM_PYTHON, "-c", code, *paths)

    assert len(inside) > 50
    assert said.stdout == "[]\n", said


def ask(pool: Pool, **order: object) -> dict[str, object]:
    """What root's zygote answers to the manager, behind the server's back."""
    socket = f"/run/jarbuild/{pool.name}/zygote.sock"
    sudo(pool, pool.program)
    said = pool.machine.run(SYSTEM_PYTHON, "-c", SPEAK, socket, json.dumps(order))
    answer: dict[str, object] = json.loads(said.stdout)
    return answer


START = {"verb": "start", "role": "live", "number": 0, "ports": [], "shares": []}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param({"jar": "../../../etc"}, id="up"),
        pytest.param({"jar": ".."}, id="parent"),
        pytest.param({"jar": "/etc"}, id="absolute"),
        pytest.param({"jar": "a/b"}, id="below"),
        pytest.param({"jar": "a\0b"}, id="nul"),
        pytest.param({"jar": "a", "number": -1}, id="negative-number"),
        pytest.param({"jar": "a", "number": 2}, id="number-outside"),
        pytest.param({"jar": "a", "number": 1 << 40}, id="huge-number"),
        pytest.param({"jar": "a", "number": True}, id="no-number"),
        pytest.param({"verb": "wipe", "jar": "../state"}, id="wipe-up"),
        pytest.param({"verb": "wipe", "jar": "."}, id="wipe-all"),
        pytest.param({"verb": "handover", "jar": "../../../root"}, id="hand-over-up"),
        pytest.param({"verb": "run", "argv": ["id"]}, id="no-verb"),
    ],
)
def test_orders_name_jars_and_nothing_else(pool: Pool, order: dict[str, object]) -> None:
    """A jar's name is one, and its number has ids."""
    answer = ask(pool, **{**START, **order})
    names = {path.name for path in pool.jars.iterdir() if not path.name.startswith(".")}

    assert answer["ok"] is False, answer
    assert names == {f"{pool.name}1", f"{pool.name}2"}


def test_a_jars_home_is_its_own(pool: Pool) -> None:
    """Another jar's number does not open it."""
    answer = ask(pool, **{**START, "jar": f"{pool.name}1", "number": 1})

    assert answer["ok"] is False and "another jar's user" in str(answer["message"]), answer


@pytest.mark.parametrize("part", ["home", "root", "log", "tmp", "cache", "backup", "scratch"])
def test_a_link_in_the_place_of_a_part_is_not_followed(pool: Pool, part: str) -> None:
    """The manager owns a jar's folder, and may break it, but not lead root elsewhere."""
    secret = pool.base / "secret"
    secret.mkdir(mode=0o700, exist_ok=True)
    (secret / "file").write_text("of root's\n")
    name = f"{pool.name}2"
    place = pool.jars / name / part
    moved = pool.machine.run("/bin/sh", "-c", f"mv {place} {place}.old; ln -s {secret} {place}")
    answers = [
        ask(pool, **{**START, "jar": name, "number": 1}),
        ask(pool, verb="handover", jar=name, number=1),
    ]
    found = secret.stat()
    pool.machine.run("/bin/sh", "-c", f"rm {place}; mv {place}.old {place}")

    assert moved.returncode == 0, moved
    assert answers[0]["ok"] is False, answers
    assert (found.st_uid, found.st_mode & 0o7777) == (0, 0o700)
    assert (secret / "file").stat().st_uid == 0


def test_what_is_handed_over_was_the_managers(pool: Pool) -> None:
    """Links in a home, symbolic and hard, give the jar no file of anybody's."""
    name = pool.machine.run("geniejars", "alloc").stdout.strip()
    home = pool.jars / name / "home"
    outside = pool.machine.home / "outside"
    outside.write_text("the manager's\n")
    pool.machine.own(outside)
    pool.machine.run(
        "/usr/bin/sg", f"{pool.name}g", "-c", f"ln -s /etc/passwd {home}/a; ln {outside} {home}/b"
    )
    normalized = pool.machine.run("geniejars", "normalize", "--private", name)
    owners = os.stat("/etc/passwd").st_uid, outside.stat().st_uid
    linked = os.path.lexists(home / "a")
    pool.machine.run("geniejars", "free", name)

    assert linked, "the manager put nothing there"
    assert normalized.returncode == 0, normalized
    assert owners == (0, os.stat(pool.machine.home).st_uid)


def test_exposed_is_what_the_manager_can_reach(pool: Pool) -> None:
    """A link in the place of an exposed folder opens no folder that only root may pass."""
    closed = pool.base / "closed"
    (closed / "open").mkdir(parents=True, exist_ok=True)
    closed.chmod(0o700)
    (closed / "open/hello").write_text("of root's\n")
    tools = pool.machine.home / "tools"
    name = pool.machine.run("geniejars", "alloc").stdout.strip()
    before = pool.machine.run("geniejars", "exec", name, f"cat {tools}/hello")
    pool.machine.run("geniejars", "sys", "down")
    pool.machine.run("/bin/sh", "-c", f"mv {tools} {tools}.old; ln -s {closed}/open {tools}")
    after = pool.machine.run("geniejars", "exec", name, f"cat {tools}/hello")
    pool.machine.run("/bin/sh", "-c", f"rm {tools}; mv {tools}.old {tools}")
    pool.machine.run("geniejars", "free", name)

    assert before.stdout == "of the manager's\n", before
    assert "of root's" not in after.stdout, after


def test_others_reach_nothing(pool: Pool) -> None:
    """Neither the socket nor the rule nor a signal is for another user."""
    sudo(pool, pool.program)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    socket = f"/run/jarbuild/{pool.name}/zygote.sock"
    spoken = subprocess.run(
        [*nobody, SYSTEM_PYTHON, "-c", SPEAK, socket, json.dumps({"verb": "list"})],
        capture_output=True,
        text=True,
        check=False,
    )
    ruled = subprocess.run([*nobody, "sudo", "-n", pool.program], capture_output=True, check=False)
    killed = pool.machine.run("/bin/sh", "-c", f"kill -9 {pool.zygote()}")

    assert "PermissionError" in spoken.stderr, spoken
    assert ruled.returncode != 0
    assert killed.returncode != 0 and pool.zygote() is not None


def test_setup_and_uninstall_follow_no_link_of_the_managers(scripts: Path) -> None:
    """Root makes and removes nothing where the manager can put a link to something of root's."""
    with pool_of(scripts, size=1) as pool:
        precious = pool.base / "precious"
        precious.mkdir(mode=0o700)
        (precious / "file").write_text("of root's\n")
        for name in ("state", "log", "run"):
            (pool.machine.home / name).symlink_to(precious)
        pool.configure(
            stateFile=str(pool.machine.home / "state/state.json"),
            logDir=str(pool.machine.home / "log"),
            socketDir=str(pool.machine.home / "run"),
        )
        pool.as_root("setup")
        pool.as_root("uninstall", "--yes")

        found = precious.stat()
        assert (found.st_uid, found.st_mode & 0o7777) == (0, 0o700)
        assert [path.name for path in precious.iterdir()] == ["file"]


def test_a_build_cannot_read_what_its_manager_cannot(pool: Pool) -> None:
    """A link in a context is read with the manager's rights."""
    folder = pool.machine.home / "project"
    folder.mkdir()
    (folder / "JFile").write_text("COPY shadow shadow\n")
    (folder / "shadow").symlink_to("/etc/shadow")
    pool.machine.own(folder)

    assert build(pool.machine, folder).code != 0
