"""Files and folders that are not as they must be: named, with what is expected of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jarbuild.lint.settings import forget_settings

CONFIG = "geniejars.config.json"

LINT = [
    pytest.param("[lint", "jarbuild.toml cannot be read: Expected ']'", id="no-toml"),
    pytest.param("[lint]\nselekt = []", "there is no setting selekt", id="setting"),
    pytest.param("[lint]\nselect = 'JF1'", "must be a list of rule codes, not 'JF1'", id="codes"),
    pytest.param("[lint]\nselect = ['JF9999']", "there is no rule JF9999", id="rule"),
    pytest.param("[lint]\nper-path-ignores = 1", "must be a table of patterns, not 1", id="table"),
    pytest.param("[lint]\nfail-level = 'bad'", "must be one of error, warning, info", id="level"),
    pytest.param("[lint]\nports = -1", "must be a whole number, 0 or more, not -1", id="number"),
    pytest.param("[lint]\nportable = 1", "must be true or false, not 1", id="switch"),
]


@pytest.mark.parametrize("text, message", LINT)
def test_settings_of_lint(project, text: str, message: str) -> None:
    """jarbuild.toml is named with the key and what it must be."""
    forget_settings()
    outcome = project({"JFile": "RUN x\n", "jarbuild.toml": text}).run("lint")

    assert (outcome.exit, outcome.out) == (2, "")
    assert "error[usage]: jarbuild.toml" in outcome.err
    assert message in outcome.err


HOSTS = [
    pytest.param("a:1\n", "'a:1\\n' is not HOST:PORT", id="no-port"),
    pytest.param("example.org:x", "'x' is no port", id="port"),
    pytest.param(
        "exämple.org",
        "'exämple.org' is no host name (other alphabets are written as xn--…)",
        id="alphabet",
    ),
    pytest.param("[fe80::1%eth0]:443", "'fe80::1%eth0' names an interface", id="interface"),
    pytest.param("[::x]:443", "'::x' is no address", id="address"),
    pytest.param(
        "https://example.org",
        "hosts are allowed, not URLs: example.org or example.org:8443",
        id="url",
    ),
    pytest.param("*.10.0.0.1", "nothing is below an address", id="below-an-address"),
]


@pytest.mark.parametrize("host, message", HOSTS)
def test_hosts_that_cannot_be_allowed(project, host: str, message: str) -> None:
    """A typing error in the allow-list must not become a hole in it, nor silence."""
    content = json.dumps({"network": "filtered", "allowHosts": [host]})
    outcome = project({CONFIG: content}).jars("status")

    assert outcome.exit == 2
    assert f"error[usage]: allowHosts: {host!r}: " in outcome.err
    assert message in outcome.err


def foreign(folder: Path) -> None:
    os.chown(folder, 4321, 4321)


FOLDERS = [
    pytest.param(foreign, "belongs to uid 4321, and this is uid 0", "of your own", id="foreign"),
    pytest.param(
        lambda folder: folder.chmod(0o777), "everybody can write into", "chmod o-w", id="open"
    ),
]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
@pytest.mark.parametrize("spoil, message, help", FOLDERS)
def test_a_state_folder_of_others(
    project, tmp_path: Path, spoil: Callable[[Path], None], message: str, help: str
) -> None:
    """What others may have written is not believed."""
    here = project({})
    folder = tmp_path / "state/jarbuild"
    folder.mkdir(parents=True)
    spoil(folder)
    outcome = here.jars("alloc")

    assert (outcome.exit, outcome.out) == (3, "")
    assert f"error[foreign-state]: {folder}" in outcome.err or message in outcome.err
    assert message in outcome.err
    assert help in outcome.err


@pytest.mark.parametrize("command", ["lint", "fmt"])
def test_a_folder_that_cannot_be_read(
    project, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No JFile that can be seen is not the same as no mistake in one."""
    monkeypatch.setattr("os.access", lambda path, mode: False)
    outcome = project({}).run(command, ".")

    assert (outcome.exit, outcome.out) == (2, "")
    assert "error[usage]: cannot look into ." in outcome.err


def test_a_state_folder_that_cannot_be(project, tmp_path: Path) -> None:
    """A file is where it should be made."""
    (tmp_path / "state").write_text("")
    outcome = project({}).jars("alloc")

    assert outcome.exit == 3
    assert f"cannot make {tmp_path}/state/jarbuild: " in outcome.err
    assert "set XDG_STATE_HOME" in outcome.err


def test_a_cache_folder_that_cannot_be(project, tmp_path: Path) -> None:
    """A file is where it should be made; a plan does without."""
    (tmp_path / "cache").write_text("")
    here = project({"JFile": "RUN x\n"})
    outcome = here.run("cache", "prune")

    assert outcome.exit == 3
    assert f"cannot make the cache {tmp_path}/cache/jarbuild/v1: " in outcome.err
    assert "set XDG_CACHE_HOME" in outcome.err
    assert here.run("--plan").exit == 0


def in_a_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`jarbuild LINE`, redirections and all."""
    return subprocess.run(
        ["sh", "-c", f"{sys.executable} -m jarbuild {line}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_output_that_takes_nothing(project) -> None:
    """A full disk behind `>` is told apart from one of ours."""
    ended = in_a_shell("--plan > /dev/full", project({"JFile": "RUN x\n"}).folder)

    assert ended.returncode == 3
    assert ended.stderr == "error[os-error]: standard output: No space left on device\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed(project, closed: str) -> None:
    """Nothing is written where nobody listens, and nothing else takes its place."""
    here = project({"JFile": "COPY a b\n", "a": ""})
    ended = in_a_shell(f"--plan --progress plain {closed}", here.folder)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert here.read("a") == ""


def test_a_state_that_cannot_be_written(project, tmp_path: Path) -> None:
    """A folder is where its copy is to be: nothing of the state is lost."""
    here = project({})
    here.jars("alloc")
    (tmp_path / "state/jarbuild/..state.json.copy.partial").mkdir()
    outcome = here.jars("alloc")

    assert outcome.exit == 3
    assert "cannot write " in outcome.err and ": Is a directory" in outcome.err
    assert here.jars("status").out.count("occupied") == 1


def test_ports_run_out(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine itself listens at is not given away."""
    monkeypatch.setattr("geniejars.ports.is_port_open", lambda port: port == 20_000)
    outcome = project({}).jars("alloc")

    assert outcome.exit == 3
    assert "only 1 of 2 ports for jar001 are free" in outcome.err
    assert "raise portCount in the config" in outcome.err


def test_a_server_that_does_not_start(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its log is named."""
    monkeypatch.setattr("geniejars.reception.START_SECONDS", 0.0)
    monkeypatch.setattr("geniejars.reception.start_server", lambda config: False)
    outcome = project({}).jars("sys", "up")

    assert outcome.exit == 3
    assert "the server does not start" in outcome.err
    assert "jarbuild/server.log" in outcome.err


def test_a_pool_without_an_owner(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`setup` is told for whom: not for root, because sudo was typed."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "ann")
    outcome = project({CONFIG: '{"managerUser": "root"}'}).jars("setup")

    assert outcome.exit == 2
    assert f"{CONFIG} does not say whose pool it is" in outcome.err
    assert '"managerUser": "ann"' in outcome.err


def test_setup_without_a_config(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool is what a file says, and a command writes one."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    outcome = project({}).jars("setup")

    assert outcome.exit == 2
    assert "there is no geniejars.config.json here" in outcome.err
    assert "geniejars preconfig" in outcome.err


def test_setup_by_an_ordinary_user(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only root can do is said before anything else is looked at."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    outcome = project({}).jars("setup")

    assert outcome.exit == 2
    assert "setup changes the machine" in outcome.err
    assert "sudo geniejars setup" in outcome.err


def test_a_user_without_a_name(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run programs under ids that no database knows."""
    monkeypatch.setattr("os.getuid", lambda: 4321)
    outcome = project({}).jars("preconfig")

    assert outcome.exit == 2
    assert "there is no user with the id 4321" in outcome.err


def test_no_common_folder(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state below a path that no command line could hold has none."""
    monkeypatch.setenv("XDG_STATE_HOME", f"{os.environ['XDG_STATE_HOME']} x")
    outcome = project({}).jars("mount", "-C", "link")

    assert outcome.exit == 2
    assert "commonDir is not set in the config" in outcome.err


def test_a_size_that_is_none(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named."""
    monkeypatch.setenv("JARBUILD_CACHE_MAX_SIZE", "much")
    outcome = project({}).run("cache", "prune")

    assert outcome.exit == 2
    assert "JARBUILD_CACHE_MAX_SIZE: " in outcome.err
