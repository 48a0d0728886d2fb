"""Every example is a real program: built twice, the second time without a RUN, and used."""

from __future__ import annotations

import http.client
import json
import shutil
import time
from pathlib import Path

import pytest
from builds import build, ports
from machines import FAR_APART, TOP, Machine

EXAMPLES = TOP / "examples"
far_apart = pytest.mark.parametrize("machine", FAR_APART, ids=lambda kind: kind.name, indirect=True)


def fetch(port: int, method: str = "GET", path: str = "/", body: str | None = None) -> str:
    """What the server on this port answers, once it listens; a published port is open before."""
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read().decode()
        except ConnectionError:
            assert time.monotonic() < deadline, f"nothing listens on port {port}"
            time.sleep(0.05)
        finally:
            connection.close()


def built_twice(machine: Machine, project: Path, **environment: str) -> str:
    """Build, and build again: no RUN is executed then. The jar's name comes back."""
    first = build(machine, project, env=environment)
    assert first.code == 0, (first.done, first.output, first.err)
    second = build(machine, project, env=environment)

    assert second.executed == []
    assert second.done["ok"]
    return str(second.done["jar"])


def up(machine: Machine, jar: str) -> int:
    """Start the CMD; the first port comes back."""
    started = machine.run("geniejars", "app", "up", "-n", jar)
    assert started.returncode == 0, started.stderr
    return ports(machine, jar)[0]


def test_helloworld(machine: Machine) -> None:
    """A page made by a RUN is served on the jar's first port, in every situation."""
    jar = built_twice(machine, machine.project(EXAMPLES / "helloworld"))

    assert "Hello from a jar" in fetch(up(machine, jar))
    assert machine.run("geniejars", "app", "down", jar).returncode == 0


@far_apart
def test_python_service(machine: Machine) -> None:
    """A virtual environment with Flask is built once and answers over HTTP."""
    jar = built_twice(machine, machine.project(EXAMPLES / "python-service"))

    answer = json.loads(fetch(up(machine, jar), "POST", "/count", "a rose is a rose"))
    assert answer == {"a": 2, "rose": 2, "is": 1}


@far_apart
def test_node_service(machine: Machine) -> None:
    """`npm ci` installs Express from a lock file; it answers over HTTP."""
    jar = built_twice(machine, machine.project(EXAMPLES / "node-service"))

    assert json.loads(fetch(up(machine, jar)))["service"] == "node-service"


def test_ai_agent(machine: Machine) -> None:
    """An agent gets its key by IMPORT and a tool from the common folder by ADDPATH."""
    project = machine.project(EXAMPLES / "ai-agent")
    link = machine.home / "common-link"
    assert machine.run("geniejars", "mount", "-C", link).returncode == 0
    shutil.copytree(project / "common", link, dirs_exist_ok=True)
    jar = built_twice(machine, project, AGENT_API_KEY="sk-not-a-real-one")

    run = machine.run("geniejars", "app", "up", jar)
    report = machine.run("geniejars", "exec", jar, "cat", "work/report.txt")

    assert "key of 17 characters" in run.stdout, run.stderr
    assert report.stdout == "The task has 10 words.\n"


def test_worker_pool(machine: Machine) -> None:
    """Several processes share data that a rebuild leaves alone, and log what they do."""
    project = machine.project(EXAMPLES / "worker-pool")
    jar = built_twice(machine, project)
    up(machine, jar)
    log = wait_for_log(machine, jar, "of the second one")
    assert machine.run("geniejars", "app", "down", jar).returncode == 0
    (project / "pool.py").write_text((project / "pool.py").read_text() + "\n")
    build(machine, project)

    done = machine.run("geniejars", "exec", jar, "cat", "pool/data/done.txt").stdout
    assert "4 workers started" in log
    assert sorted(done.splitlines())[0].startswith("7\t")


def test_library(machine: Machine) -> None:
    """A program does with jars what the commands do, in two threads at once."""
    machine.project(EXAMPLES / "helloworld")
    project = machine.project(EXAMPLES / "library")
    done = machine.run(machine.scripts / "python", project / "demo.py", "--jars=2", "--seconds=1")

    assert done.returncode == 0, done
    assert done.stdout.count("listening on http://127.0.0.1:") == 2, done
    assert {f"{jar}: given back" for jar in ("jar001", "jar002")} <= set(done.stdout.splitlines())


def wait_for_log(machine: Machine, jar: str, text: str) -> str:
    deadline = time.monotonic() + 30
    while text not in (log := machine.run("geniejars", "logs", jar).stdout):
        assert time.monotonic() < deadline, log
        time.sleep(0.1)
    return log
