"""What a jar is in each situation, seen by a real workload in it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from zygote_harness import PREFIX, Lodge, grounds, lodge, wait_until

JAR = "tester"


@pytest.fixture(scope="module", params=grounds(), ids=lambda ground: ground.name)
def lodging(request: pytest.FixtureRequest) -> Iterator[Lodge]:
    """A zygote with one jar, in one situation."""
    with lodge(request.param) as made:
        made.start(JAR, ports=(free_port(),))
        yield made


def free_port() -> int:
    with socket.create_server(("", 0)) as probe:
        return probe.getsockname()[1]


def expected_home(lodging: Lodge) -> str:
    return "/home/jar" if lodging.ground.has_namespaces else str(lodging.jars / JAR / "home")


def test_the_situation_is_found_and_named(lodging: Lodge) -> None:
    """The zygote says which situation it is in, and what is lost in it unless nothing is."""
    reply = lodging.ask("list")

    assert reply["situation"] == lodging.ground.situation
    assert bool(reply["lost"]) == (lodging.ground.situation != "full")


WHO = """
import json, os, socket
ids = [*os.getresuid(), *os.getresgid()]
print(json.dumps({"ids": ids, "cwd": os.getcwd(), "host": socket.gethostname(),
    "groups": os.getgroups(), "umask": os.umask(0), "pid": os.getpid()}))
"""


def test_a_workload_is_the_jars_user_in_its_home(lodging: Lodge) -> None:
    """All ids of a workload are the jar's, and with namespaces every jar looks alike."""
    seen = json.loads(lodging.python(JAR, WHO).output)

    assert seen["cwd"] == expected_home(lodging)
    assert seen["umask"] == 0o002
    assert len(set(seen["ids"])) == 1
    if lodging.ground.has_namespaces:
        assert (seen["ids"][0], seen["host"]) == (1000, "jar")
    if lodging.ground.has_own_ids:
        assert seen["groups"] in ([], seen["ids"][:1])


def test_what_it_makes_is_its_own_outside_too(lodging: Lodge) -> None:
    """A file in the home has the jar's own id, where it has one, and the manager's group."""
    lodging.run(JAR, "/bin/sh", "-c", "echo made > mine")
    made = (lodging.jars / JAR / "home" / "mine").stat()

    assert (made.st_uid == lodging.manager.uid) != lodging.ground.has_own_ids
    assert made.st_gid == lodging.manager.gid
    assert made.st_mode & 0o777 == 0o664


PRIVATE = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108

WRITES = """
import os, sys
for place in sys.argv[1:]:
    try:
        with open(os.path.join(place, "written-by-a-test"), "w"):
            print(place)
    except OSError:
        pass
"""


def test_it_writes_only_in_its_home_and_private_folders(lodging: Lodge) -> None:
    """No folder of the machine takes a file, not even one that is writable for all."""
    open_to_all = lodging.folder / "open-to-all"
    open_to_all.mkdir(exist_ok=True)
    open_to_all.chmod(0o777)
    outside = ["/", "/usr", "/usr/lib", "/etc", "/opt", "/run", "/proc", "/dev", "/var", "/.jar"]
    outside += [str(path) for path in (open_to_all, lodging.manager.home, lodging.jars)]
    own = [expected_home(lodging), *(PRIVATE if lodging.ground.has_namespaces else ())]
    closed = () if lodging.ground.has_namespaces else ("/tmp", "/var/tmp")  # noqa: S108

    written = lodging.python(JAR, WRITES, *own, *outside, *closed).output.split()

    assert written == own


def test_the_jars_own_folder_is_closed_to_it(lodging: Lodge) -> None:
    """Journal, log, cache and backup lie beside the home, where a workload can do nothing."""
    folder = "/.jar" if lodging.ground.has_namespaces else str(lodging.jars / JAR)
    code = (
        "import os, sys\n"
        "for part in ('', 'log', 'tmp', 'cache', 'backup', 'root'):\n"
        "    try: print(os.listdir(os.path.join(sys.argv[1], part)))\n"
        "    except PermissionError: pass\n"
    )

    assert lodging.python(JAR, code, folder).output == ""


def test_it_cannot_read_the_managers_files(lodging: Lodge) -> None:
    """A file that all the machine may read is out of a jar's sight."""
    canary = lodging.manager.home / "canary"
    canary.write_text("secret")
    canary.chmod(0o644)

    outcome = lodging.run(JAR, "/bin/cat", str(canary), "/proc/1/environ", "/etc/shadow")

    assert outcome.code != 0
    assert "secret" not in outcome.output


SIGNALS = """
import os, sys
for pid in map(int, sys.argv[1:]):
    for number in (0, 9, 19):
        try:
            os.kill(pid, number)
            if pid != 1 or number == 0: continue
            os.kill(pid, 0)
        except (PermissionError, ProcessLookupError) as error:
            print(type(error).__name__)
"""


def test_it_cannot_signal_its_agent_or_anybody_outside(lodging: Lodge) -> None:
    """The agent and the machine's processes outlive whatever a workload sends."""
    pids = {agent["pid"] for agent in lodging.ask("list")["agents"]} | {lodging.zygote, os.getpid()}
    lodging.python(JAR, SIGNALS, "1", *map(str, pids))

    assert lodging.run(JAR, "/bin/true").code == 0
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)


TRACES = """
import ctypes, os, resource, sys
libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
PTRACE_ATTACH = 16
done = []
if libc.ptrace(PTRACE_ATTACH, pid, 0, 0) == 0: done.append("ptrace")
try:
    resource.prlimit(pid, resource.RLIMIT_CPU, (1, 1))
    done.append("prlimit")
except OSError: pass
for name in ("mem", "environ", "fd", "maps"):
    try:
        path = f"/proc/{pid}/{name}"
        (os.listdir if name == "fd" else lambda p: open(p, "rb").read(1))(path)
        done.append(name)
    except OSError: pass
try:
    os.pidfd_open(pid)
    if libc.syscall(438, os.pidfd_open(pid), 0, 0) >= 0: done.append("pidfd_getfd")
except OSError: pass
print(done)
"""


def test_it_cannot_trace_limit_or_look_into_its_agent(lodging: Lodge) -> None:
    """The agent's memory, descriptors and limits are its own."""
    agent = "1" if lodging.ground.has_namespaces else parent_of_workloads(lodging)

    assert lodging.python(JAR, TRACES, agent).output == "[]\n"


def parent_of_workloads(lodging: Lodge) -> str:
    return lodging.python(JAR, "import os; print(os.getppid())").output.strip()


def test_another_jar_is_out_of_reach(lodging: Lodge) -> None:
    """What one jar makes readable for all, another jar does not see."""
    lodging.start("neighbour", number=1)
    lodging.run("neighbour", "/bin/sh", "-c", "chmod 777 . && echo secret > file && chmod 666 file")
    home = lodging.jars / "neighbour" / "home"
    seen = lodging.run(JAR, "/bin/sh", "-c", f"cat {home}/file; ls {home}; touch {home}/new").output
    lodging.ask("end", jar="neighbour", role=None)

    assert "secret\n" not in seen
    assert [path.name for path in home.iterdir()] == ["file"]


REACHES = """
import socket, sys
try: socket.socket(socket.AF_UNIX).connect("\\0" + sys.argv[1])
except OSError as error: print(type(error).__name__)
else: print("connected")
"""


def test_the_machines_abstract_sockets_are_out_of_reach(lodging: Lodge) -> None:
    """A socket without a path lies in the network namespace, which jars may share."""
    name = f"{PREFIX}-{os.getpid()}-{lodging.ground.name}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0" + name)
        listener.listen()
        seen = lodging.python(JAR, REACHES, name).output

    assert seen == "PermissionError\n"


SETS_ID = """
import os
os.umask(0)
for make in (lambda: os.chmod("plain", 0o4755),
             lambda: os.close(os.open("setuid", os.O_CREAT | os.O_WRONLY, 0o4755)),
             lambda: os.close(os.open("setgid", os.O_CREAT | os.O_WRONLY, 0o2755))):
    open("plain", "w").close()
    try: make()
    except PermissionError: print("refused")
"""


def test_a_shared_id_makes_no_set_user_id_files(lodging: Lodge) -> None:
    """Outside such a file would be the manager's; with ids of its own it is only the jar's."""
    seen = lodging.python(JAR, SETS_ID).output

    assert seen.split() == ([] if lodging.ground.has_own_ids else ["refused"] * 3)


@pytest.mark.parametrize(
    "lodging", grounds() if os.getuid() == 0 else (), ids=lambda g: g.name, indirect=True
)
def test_an_agent_holds_its_socket_and_nothing_else(lodging: Lodge) -> None:
    """No descriptor of the zygote's, of another jar's or of the machine's files came along."""
    (pid,) = [agent["pid"] for agent in lodging.ask("list")["agents"]]
    # The last command's connection may just be closing.
    wait_until(lambda: sum(link.startswith("socket:") for link in links_of(pid)) == 1)
    kinds = {link.split(":")[0] for link in links_of(pid)}

    assert kinds <= {"/dev/null", "/null", "socket", "anon_inode"}


def links_of(pid: int) -> list[str]:
    """What its descriptors are."""
    return [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]


REFUSED = """
import ctypes, errno, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)

def call(*words):
    result = libc.syscall(*[ctypes.c_long(word) for word in words])
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]

def ioctl(number):
    return call(16 if X86 else 29, 0, number, 0)

def family(number, kind=socket.SOCK_STREAM, protocol=0):
    try:
        socket.socket(number, kind, protocol)
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]

X86 = os.uname().machine == "x86_64"
CLONE_NEWUSER = 0x10000000
print({
    "unshare user": lambda: call(272 if X86 else 97, CLONE_NEWUSER),
    "clone user": lambda: call(56 if X86 else 220, CLONE_NEWUSER | 17, 0, 0, 0, 0),
    "clone3": lambda: call(435, 0, 0),
    "TIOCSTI": lambda: ioctl(0x5412),
    "TIOCSTI high bit": lambda: ioctl(0x5412 | 1 << 32),
    "TIOCLINUX": lambda: ioctl(0x541C),
    "keyctl": lambda: call(250 if X86 else 219, 0, 0),
    "io_uring": lambda: call(425, 1, 0),
    "vsock": lambda: family(40),
    "packet": lambda: family(17),
    "mptcp": lambda: family(socket.AF_INET, protocol=262),
    "sctp": lambda: family(socket.AF_INET, protocol=132),
}[sys.argv[1]]())
"""


@pytest.mark.parametrize(
    "attempt, answer",
    [
        ("unshare user", "EPERM"),
        ("clone user", "EPERM"),
        ("clone3", "ENOSYS"),
        ("TIOCSTI", "EPERM"),
        ("TIOCSTI high bit", "EPERM"),
        ("TIOCLINUX", "EPERM"),
        ("keyctl", "ENOSYS"),
        ("io_uring", "ENOSYS"),
        ("vsock", "EAFNOSUPPORT"),
        ("packet", "EAFNOSUPPORT"),
        ("mptcp", "EPROTONOSUPPORT"),
        ("sctp", "EPROTONOSUPPORT"),
    ],
)
def test_dangerous_calls_are_refused(lodging: Lodge, attempt: str, answer: str) -> None:
    """Each call of the deny list gets its own answer."""
    assert lodging.python(JAR, REFUSED, attempt).output.strip() == answer


BINDS = """
import json, socket, sys
def binds(family, kind, port):
    with socket.socket(family, kind) as made:
        try: made.bind(("", port))
        except PermissionError: return False
        return True
for port in map(int, sys.argv[1:]):
    print(json.dumps([binds(family, socket.SOCK_STREAM, port)
        for family in (socket.AF_INET, socket.AF_INET6)]))
"""


def test_it_binds_its_own_tcp_ports_only(lodging: Lodge) -> None:
    """Its own and whichever the kernel picks; no other, whatever the family."""
    other, own = free_port(), lodging.ports[JAR][0]
    seen = lodging.python(JAR, BINDS, *map(str, (own, 0, other))).output.splitlines()

    assert [json.loads(line) for line in seen] == [[True] * 2, [True] * 2, [False] * 2]


WORKS = """
import multiprocessing, os, shutil, socket, subprocess, tempfile, threading
a, b = socket.socketpair()
thread = threading.Thread(target=lambda: a.send(b"x")); thread.start(); thread.join()
assert b.recv(1) == b"x"
os.mkdir("one"); os.mkdir("two"); open("one/file", "w").close()
os.rename("one/file", "two/file"); os.link("two/file", "one/link"); os.truncate("one/link", 0)
os.symlink("two", "three"); os.mkfifo("fifo")
assert subprocess.run(["chmod", "-R", "755", "one", "two"]).returncode == 0
assert subprocess.run(["/bin/sh", "-c", "cat /proc/uptime > /dev/null"]).returncode == 0
server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen()
socket.create_connection(server.getsockname()).close()
for name in ("one", "two"): shutil.rmtree(name)  # nobody else may, for they are closed to others
print("fine")
"""


def test_ordinary_work_goes_on(lodging: Lodge) -> None:
    """Threads, renames between folders, links, pipes, children and TCP work in a home."""
    outcome = lodging.python(JAR, WORKS)

    assert outcome.output == "fine\n"


def test_processes_are_limited(lodging: Lodge) -> None:
    """A storm of forks stops at the process limit, where processes can be counted by jar."""
    code = (
        "import resource as r; print(r.getrlimit(r.RLIMIT_NPROC)[1], r.getrlimit(r.RLIMIT_CORE)[1])"
    )
    processes, core = lodging.python(JAR, code).output.split()

    assert core == "0"
    assert (processes == "100") == (lodging.ground.situation != "weak")


def test_two_roles_of_one_jar_have_homes_of_their_own(lodging: Lodge) -> None:
    """With namespaces the build role has the build root where the live role has the home."""
    lodging.start(JAR, role="build")
    lodging.run(JAR, "/bin/sh", "-c", "echo > of-the-build", role="build")
    lodging.ask("end", jar=JAR, role="build")
    place = "root" if lodging.ground.has_namespaces else "home"

    assert (lodging.jars / JAR / place / "of-the-build").exists()
