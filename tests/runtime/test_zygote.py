"""The zygote's verbs and its jars' ends, on real zygotes in every situation."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from zygote_harness import (
    FREE_IDS,
    SYSTEM_PYTHON,
    Ground,
    Lodge,
    grounds,
    lodge,
    processes_with,
    wait_until,
)

JAR = "tester"
START = {"verb": "start", "jar": JAR, "number": 0, "role": "live", "ports": [], "shares": []}
IS_ROOT = os.getuid() == 0
EVERYWHERE = pytest.mark.parametrize("ground", grounds(), ids=lambda ground: ground.name)


@pytest.fixture(scope="module", params=grounds(), ids=lambda ground: ground.name)
def lodging(request: pytest.FixtureRequest) -> Iterator[Lodge]:
    with lodge(request.param) as made:
        yield made


def on(*chosen: Ground) -> pytest.MarkDecorator:
    """Only in these situations."""
    return pytest.mark.parametrize("lodging", chosen, ids=lambda g: g.name, indirect=True)


BY_ID_OR_NAMESPACE = [ground for ground in grounds() if ground.situation != "weak"]


@pytest.fixture
def jar(lodging: Lodge) -> Iterator[str]:
    """A running jar, wiped afterwards."""
    lodging.start(JAR)
    yield JAR
    assert lodging.ask("wipe", jar=JAR, number=0)["ok"]


# Leaves its session and its parents, answers no polite signal, and is many.
STAYS = """
import os, signal, sys, time
for _ in range(2):
    if os.fork(): os._exit(0)
    os.setsid()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
for _ in range(4): os.fork()
for descriptor in range(3): os.close(descriptor)
if sys.argv[2:]: os.kill(os.getpid(), signal.SIGSTOP)
while True: time.sleep(1000)
"""
STAYING = 16


def leave_processes(lodging: Lodge, marker: str, *words: str, role: str = "live") -> None:
    lodging.run(JAR, SYSTEM_PYTHON, "-c", STAYS, marker, *words, role=role)
    wait_until(lambda: len(processes_with(marker)) == STAYING)


@pytest.mark.parametrize("words", [(), ("stopped",)], ids=["running", "stopped"])
def test_end_leaves_nothing(lodging: Lodge, jar: str, words: tuple[str, ...]) -> None:
    """What has forked twice, left its session and ignores signals ends with its jar."""
    marker = f"stays-{os.getpid()}"
    leave_processes(lodging, marker, *words)
    pid = lodging.ask("list")["agents"][0]["pid"]

    assert lodging.ask("end", jar=jar, role=None)["ok"]
    assert processes_with(marker) == []
    assert not Path(f"/proc/{pid}").exists()


def test_the_build_ends_and_the_app_goes_on(lodging: Lodge, jar: str) -> None:
    """Ending one role leaves the other role's processes alone."""
    lodging.start(jar, role="build")
    of_app, of_build = f"app-{os.getpid()}", f"build-{os.getpid()}"
    leave_processes(lodging, of_app)
    leave_processes(lodging, of_build, role="build")
    lodging.ask("end", jar=jar, role="build")

    assert processes_with(of_build) == []
    assert len(processes_with(of_app)) == STAYING


# It dies down by itself: a run of these tests that is killed must not leave it behind.
STORM = """
import os, time
if os.fork(): os._exit(0)
end = time.monotonic() + 30
while time.monotonic() < end:
    try: os.fork()
    except OSError: pass
"""


# Elsewhere processes count as the manager's, and there is no limit of the jar's own.
@on(*BY_ID_OR_NAMESPACE)
def test_a_storm_of_forks_ends(lodging: Lodge, jar: str) -> None:
    """Forking as fast as the process limit lets does not outrun the end."""
    marker = f"storm-{os.getpid()}"
    lodging.run(jar, SYSTEM_PYTHON, "-c", STORM, marker)
    wait_until(lambda: len(processes_with(marker)) > 50)

    assert lodging.ask("end", jar=jar, role=None)["ok"]
    assert processes_with(marker) == []


ODD = """
umask 077
ulimit -S -f 8 -n 64 -s 1024 -t 600
trap '' HUP INT TERM
cd /usr/share
"""
PLAIN = """
import json, os, resource, signal
soft = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0]
        for name in ("FSIZE", "CPU", "STACK", "NOFILE")}
ignored = [number for number in (1, 2, 13, 15) if signal.getsignal(number) == signal.SIG_IGN]
print(json.dumps([soft, ignored, os.umask(0)]))
"""


@EVERYWHERE
def test_nothing_odd_is_inherited(ground: Ground) -> None:
    """Limits, ignored signals and the umask of whoever starts a server reach no jar."""
    with lodge(ground, before=ODD) as lodging:
        lodging.start(JAR)
        limits, ignored, umask = json.loads(lodging.python(JAR, PLAIN).output)

    assert limits == {"FSIZE": -1, "CPU": -1, "STACK": 8 << 20, "NOFILE": 1024}
    assert ignored == [13]  # Python's own doing
    assert umask == 0o002


@EVERYWHERE
def test_the_zygotes_death_ends_its_jars(ground: Ground) -> None:
    """Even killed, a zygote takes everything with it."""
    marker = f"orphan-{os.getpid()}"
    with lodge(ground) as lodging:
        lodging.start(JAR)
        leave_processes(lodging, marker)
        os.kill(lodging.zygote, signal.SIGKILL)

        wait_until(lambda: processes_with(marker) == [])


def test_an_agent_that_leaves_is_forgotten(lodging: Lodge, jar: str) -> None:
    """What it left behind ends with it, and its jar can be started again."""
    marker = f"behind-{os.getpid()}"
    leave_processes(lodging, marker)
    lodging.run(jar)
    wait_until(lambda: lodging.ask("list")["agents"] == [])

    assert processes_with(marker) == []
    assert lodging.start(jar)


# Deeper than recursion (1,000) and open descriptors (1,024) reach.
NESTS = """
import os
os.mkdir("deep"); os.chdir("deep")
for _ in range(1_200): os.mkdir("d"); os.chdir("d")
"""


@on(*(BY_ID_OR_NAMESPACE if IS_ROOT else ()))
def test_a_killed_keeper_leaves_nothing(lodging: Lodge, jar: str) -> None:
    """Killed from outside, what stands for a jar's pid takes the jar with it, or its ids tell."""
    marker = f"kept-{os.getpid()}"
    leave_processes(lodging, marker)
    os.kill(lodging.ask("list")["agents"][0]["pid"], signal.SIGKILL)
    wait_until(lambda: lodging.ask("list")["agents"] == [])

    assert processes_with(marker) == []


FILLS = """
import os
os.mkdir("closed"); open("closed/file", "w").close(); os.chmod("closed", 0)
os.symlink("/", "elsewhere"); os.mkfifo("fifo")
print("filled")
"""


def test_wipe_leaves_an_empty_home(lodging: Lodge) -> None:
    """Deep nests and closed folders go with the rest; symlinks are not followed."""
    lodging.start(JAR)
    home = lodging.jars / JAR / "home"
    lodging.as_manager("sh", "-c", f"cd {home} && exec {SYSTEM_PYTHON} -c '{NESTS}'")
    assert lodging.python(JAR, FILLS).output == "filled\n"

    assert lodging.ask("wipe", jar=JAR, number=0)["ok"]
    assert list(home.iterdir()) == []
    assert [path.name for path in lodging.jars.iterdir() if path.name.startswith(".")] == []


PLANTS = """
import ctypes, sys
for place in ("/tmp", "/var/tmp", "/dev/shm"):
    try: open(f"{place}/planted-{sys.argv[1]}", "w").close()
    except OSError: pass
libc = ctypes.CDLL(None)
key, mode = int(sys.argv[1]), 0o1666
print(libc.shmget(key, 4096, mode), libc.semget(key, 1, mode), libc.msgget(key, mode))
"""
FINDS = """
import ctypes, os, sys
print([place for place in ("/tmp", "/var/tmp", "/dev/shm")
       if os.path.exists(f"{place}/planted-{sys.argv[1]}")])
libc, key = ctypes.CDLL(None), int(sys.argv[1])
print(libc.shmget(key, 0, 0), libc.semget(key, 0, 0), libc.msgget(key, 0))
"""


# Elsewhere it belongs to the manager's own id, and is the manager's to clear.
@on(*BY_ID_OR_NAMESPACE)
def test_the_next_tenant_finds_nothing(lodging: Lodge, jar: str) -> None:
    """Temporary files, shared memory and System V IPC go with their tenant."""
    key = str(FREE_IDS)
    assert "-1" not in lodging.python(jar, PLANTS, key).output
    lodging.ask("wipe", jar=jar, number=0)
    lodging.start(jar)

    assert lodging.python(jar, FINDS, key).output == "[]\n-1 -1 -1\n"


def test_handover_gives_the_jar_what_the_manager_made(lodging: Lodge, jar: str) -> None:
    """Files, folders and symlinks of the manager's become the jar's, but for a second name."""
    home = lodging.jars / jar / "home"
    script = f"cd {home} && mkdir -p a/b && touch a/b/file two && ln two twin && ln -s / link"
    lodging.as_manager("sh", "-c", script)
    reply = lodging.ask("handover", jar=jar, number=0)
    handed = {path for path in home.rglob("*") if path.lstat().st_uid != lodging.manager.uid}

    assert reply["count"] == (4 if lodging.ground.has_own_ids else 0)
    if lodging.ground.has_own_ids:
        assert handed == {home / "a", home / "a/b", home / "a/b/file", home / "link"}


@pytest.mark.parametrize(
    "order, code",
    [
        pytest.param({"verb": "burn"}, "request", id="unknown-verb"),
        pytest.param({"verb": "end", "jar": "../x", "role": None}, "request", id="path-as-name"),
        pytest.param({"verb": "end", "jar": ".trial-1", "role": None}, "request", id="hidden-name"),
        pytest.param({"verb": "end", "jar": JAR, "role": "both"}, "request", id="unknown-role"),
        pytest.param({"verb": "wipe", "jar": JAR, "number": -1}, "request", id="negative-number"),
        pytest.param({"verb": "wipe", "jar": JAR, "number": True}, "request", id="no-number"),
        pytest.param({"verb": "wipe", "jar": JAR}, "request", id="number-missing"),
        pytest.param({"verb": "leave"}, "busy", id="leave-while-busy"),
        pytest.param(START, "running", id="twice"),
        pytest.param(START | {"number": 1, "role": "build"}, "number", id="two-numbers"),
        pytest.param(START | {"jar": "other"}, "number", id="one-number"),
        pytest.param(START | {"jar": "other", "ports": [0]}, "request", id="no-port"),
    ],
)
def test_a_wrong_order_changes_nothing(
    lodging: Lodge, jar: str, order: dict[str, Any], code: str
) -> None:
    """Each gets an error of its own, and the jar lives on."""
    reply = lodging.ask(**order)

    assert (reply["ok"], reply["code"]) == (False, code)
    assert lodging.run(jar, "/bin/true").code == 0


def test_a_home_of_another_number_is_not_taken_over(lodging: Lodge) -> None:
    """A jar's number may change only by a wipe, where numbers are ids."""
    lodging.start(JAR)
    lodging.ask("end", jar=JAR, role=None)
    order = START | {"number": 1}
    refused = lodging.ask(**order)
    lodging.ask("wipe", jar=JAR, number=1)

    assert refused["ok"] != lodging.ground.has_own_ids
    assert lodging.ask(**order)["ok"]
    assert lodging.ask("wipe", jar=JAR, number=0)["ok"]


def test_list_gives_the_sockets_to_the_next_server(lodging: Lodge, jar: str) -> None:
    """One listening socket comes back for each agent."""
    lodging.start(jar, role="build")
    reply = lodging.ask("list")

    assert [(agent["jar"], agent["role"]) for agent in reply["agents"]] == [
        (jar, "live"),
        (jar, "build"),
    ]
    assert reply["descriptors"] == 2


@pytest.mark.parametrize("ground", grounds() if IS_ROOT else (), ids=lambda g: g.name)
def test_only_the_manager_is_served(ground: Ground) -> None:
    """Another user's connection is closed before its first order."""
    with lodge(ground) as lodging:
        run = lodging.folder / "state" / "run"
        for path, mode in ((run.parent, 0o711), (run, 0o711), (run / "zygote.sock", 0o777)):
            path.chmod(mode)
        code = (
            "import socket, sys\n"
            "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
            "s.connect(sys.argv[1])\n"
            "print(s.recv(100))\n"
        )
        stranger = subprocess.run(
            [SYSTEM_PYTHON, "-c", code, str(run / "zygote.sock")],
            user=65534, group=65534, extra_groups=[], capture_output=True, text=True, check=True,
        )  # fmt: skip

        assert stranger.stdout == "b''\n"
