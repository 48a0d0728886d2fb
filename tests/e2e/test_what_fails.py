"""What only real jars, servers and other users can say no to: each is told with the way out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import KINDS, Machine, is_root
from situations import SITUATIONS, kept_by, machine_of

PROJECTS = {
    "app": 'TAG web\nARG X=1\nCOPY a a\nRUN echo $X > b; echo > .wh.x\nCMD ["sleep", "300"]\n',
    "quotes": 'RUN echo c > b\nENV A="q"\n',
    "mount": "COPY a a\nRUN --mount=type=cache,target=a/b true\n",
    "gone": "TAG gone\nCOPY a a\nIMPORT TOKEN\nWORKDIR work\nCMD sleep 300\n",
}
CONFIGS = {
    "changed.json": {"processMax": 99},
    "false.json": {"pythonPath": "/bin/false", "stateFile": "false/state.json"},
}
SECONDS = 60.0


@pytest.fixture(scope="module")
def here(world: Path, scripts: Path, users: None) -> Iterator[Machine]:
    """A machine on which jar001, alias web_1, has its app up, and jar002 was never built."""
    with machine_of(SITUATIONS[0], world, scripts) as machine:
        furnish(machine)
        machine.run("jarbuild", "app", "--up")
        machine.run("geniejars", "alloc")
        yield machine
        machine.run("geniejars", "sys", "down")


def furnish(machine: Machine) -> None:
    for name, jfile in PROJECTS.items():
        (machine.home / name).mkdir()
        (machine.home / name / "JFile").write_text(jfile)
        (machine.home / name / "a").write_text(name)
    config = json.loads((machine.home / "geniejars.config.json").read_text())
    for name, changes in CONFIGS.items():
        (machine.home / name).write_text(json.dumps(config | changes))
    (machine.home / "bad.tar").write_text("no archive")
    with tarfile.open(machine.home / "up.tar", "w:gz") as archive:
        archive.add(machine.home / "app/a", "../x")
    machine.own(machine.home)


REFUSED = [
    pytest.param("geniejars app up -n web_1", 1, "the app runs already (pid",
                 "geniejars app restart ends it", id="runs-already"),
    pytest.param("geniejars share app web_1", 1,
                 "something runs in jar001, and what is shared shows at its next start",
                 "--restart ends it", id="share-in-use"),
    pytest.param("geniejars unshare app web_1", 2, "app is not shared with jar001",
                 "geniejars share PATH", id="not-shared"),
    pytest.param("geniejars share /etc web_1", 2, "/etc cannot be shared: its path is taken",
                 "", id="share-of-the-systems"),
    pytest.param("jarbuild app --arg X=2", 1,
                 "uses the home, and this build changes b", "--restart ends the app", id="in-use"),
    pytest.param("jarbuild quotes --strict --jar jar002", 1, "a warning fails this build: quotes",
                 "--strict was given", id="strict"),
    pytest.param("jarbuild mount --jar jar002", 1, "cannot mount a cache at a/b: Not a directory",
                 "mount/JFile:2", id="file-as-cache"),
    pytest.param("jarbuild app --config changed.json", 3,
                 "jar001 still runs under another configuration", "sys down", id="config"),
    pytest.param("jarbuild app --config false.json", 3,
                 "the process that makes jars does not start", "server.log", id="python"),
    pytest.param("jarbuild cache export --jar jar002 out", 3,
                 "the cache knows of no build in jar002", "build it first", id="never-built"),
    pytest.param("jarbuild cache export --jar web_1 out", 3,
                 "an image cannot hold a file called .wh.x", "a file is gone", id="whiteout"),
    pytest.param("geniejars restore jar002 bad.tar", 2,
                 "this is no archive that geniejars backup has written",
                 "geniejars backup writes", id="archive"),
    pytest.param("geniejars restore jar002 up.tar", 2,
                 "the archive's ../x leads out of the home", "geniejars backup", id="way-out"),
]  # fmt: skip


@pytest.mark.parametrize("line, code, message, help", REFUSED)
def test_what_a_jar_refuses(here: Machine, line: str, code: int, message: str, help: str) -> None:
    """One error, and the app runs on."""
    said = here.run(*line.split())

    assert said.returncode == code, said
    assert said.stderr.count("error[") == 1, said
    assert message in said.stderr and help in said.stderr, said
    assert "running" in here.run("geniejars", "app", "status", "web_1").stdout


def test_what_is_gone(here: Machine) -> None:
    """Of what a build left: its folder, its values, its files."""
    jar = here.run("jarbuild", "gone", "-q", env={"TOKEN": "t"}).stdout.strip()
    (here.home / "gone/a").write_text("another")
    export = here.run("jarbuild", "cache", "export", "--jar", "gone_1", "out")
    here.run("geniejars", "exec", "gone_1", "rm -r work")
    folder = here.run("geniejars", "app", "up", "-n", "gone_1")
    (values,) = (file for top in kept_by(here) for file in top.rglob(f"secrets/{jar}.json"))
    values.write_text("{")
    app = here.run("geniejars", "app", "up", "-n", "gone_1")

    assert "no copy of a as it was built is left" in export.stderr, export
    assert "cannot work in work: No such file" in folder.stderr, folder
    assert "geniejars reset puts back" in folder.stderr
    assert f"{jar}'s IMPORTs are lost: it is not JSON" in app.stderr, app
    assert (export.returncode, folder.returncode, app.returncode) == (3, 1, 3)


def typing(machine: Machine, program: str, *words: str) -> subprocess.Popen[str]:
    """One of our commands, at work."""
    return subprocess.Popen(
        machine.command([str(machine.scripts / program), *words]),
        cwd=machine.home,
        env=machine.clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_agent_that_is_killed(here: Machine) -> None:
    """Who spoke with it is told, and the next command has a new one."""
    with typing(here, "geniejars", "exec", "jar002", "echo up; sleep 60") as waiting:
        assert waiting.stdout is not None and waiting.stdout.readline() == "up\n"
        agents = json.loads(here.run("geniejars", "sys", "status", "--json").stdout)
        (pid,) = (agent["pid"] for agent in agents if agent["jar"] == "jar002")
        os.kill(pid, signal.SIGKILL)
        _, told = waiting.communicate(timeout=SECONDS)

    assert waiting.returncode == 3
    assert "error[agent-lost]: the agent of jar002 ended unexpectedly" in told
    assert "run the command again" in told
    assert here.run("geniejars", "exec", "jar002", "echo again").stdout == "again\n"


@pytest.mark.skipif(not is_root(), reason="plays root where namespaces are refused")
def test_a_name_that_two_need(make_machine) -> None:
    """Without mount namespaces a RUN takes the home's name, and who needs it meanwhile is told."""
    machine = make_machine(KINDS[1])
    (machine.home / "p").mkdir()
    (machine.home / "p/JFile").write_text("RUN echo up; sleep 60\n")
    jar = machine.run("geniejars", "alloc").stdout.strip()
    with typing(machine, "jarbuild", "p", "--jar", jar) as running:
        assert any(line == "[1] | up\n" for line in running.stdout or ())
        home = machine.run("geniejars", "exec", jar, "true")
        running.terminate()

    assert home.returncode == 1, home
    assert "error[busy]: a RUN is using the home's name" in home.stderr
    assert "try again when that has ended" in home.stderr


@pytest.mark.skipif(not is_root(), reason="hides a program of the system's, plays other users")
def test_full_isolation_that_cannot_be(make_machine) -> None:
    """What is missing is named, with the package that brings it."""
    with_range, without = make_machine(KINDS[2]), make_machine(KINDS[3])
    hide = 'mount --bind /dev/null /usr/bin/newuidmap && exec "$@"'
    ask = ["geniejars", "doctor", "--quick"]
    for machine in (with_range, without):
        (machine.home / "geniejars.config.json").write_text('{"isolation": "full"}')
    command = with_range.command([str(with_range.scripts / ask[0]), *ask[1:]])
    hidden = subprocess.run(
        ["unshare", "--mount", "sh", "-c", hide, "sh", *command],
        cwd=with_range.home,
        env=with_range.clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    no_range = without.run(*ask)

    assert hidden.returncode == no_range.returncode == 3, (hidden, no_range)
    assert "/usr/bin/newuidmap is not installed" in hidden.stderr, hidden
    assert "/etc/subuid has no range for user" in no_range.stderr, no_range
    assert "usermod" in no_range.stderr and "uidmap" in hidden.stderr
