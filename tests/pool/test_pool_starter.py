"""What a manager hears where root's program cannot be started."""

from __future__ import annotations

from pathlib import Path

import pytest
from pool_surveys import AT

from geniejars import MachineError
from geniejars.pool.installed import Installed
from geniejars.pool.starter import start_program

POOL = Installed(AT, {})


@pytest.fixture
def sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sudo of this test's own, for an ordinary user."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "sudo"


def say(sudo: Path, script: str) -> None:
    sudo.write_text(f"#!/bin/sh\n{script}\n")
    sudo.chmod(0o755)


def test_sudo_is_asked_for_the_program_alone(sudo: Path, tmp_path: Path) -> None:
    """Never for a password, and with nothing behind the program."""
    say(sudo, f'printf "%s\\n" "$*" > {tmp_path}/asked')
    start_program(POOL)

    assert (tmp_path / "asked").read_text() == "-n /usr/local/lib/jarbuild/gjar/zygote\n"


@pytest.mark.parametrize(
    "script, message, way_out",
    [
        pytest.param(
            "echo 'sudo: a password is required' >&2; exit 1",
            "zygote: sudo: a password is required",
            "geniejars setup",
            id="no-rule",
        ),
        pytest.param(
            "echo 'sudo: The \"no new privileges\" flag is set' >&2; exit 1",
            "cannot be started from here",
            "where sudo works",
            id="no-new-privileges",
        ),
        pytest.param("exit 7", "it does not say why", "geniejars setup", id="silent"),
    ],
)
def test_what_sudo_says_is_passed_on(sudo: Path, script: str, message: str, way_out: str) -> None:
    """With a way out."""
    say(sudo, script)

    with pytest.raises(MachineError, match=message) as caught:
        start_program(POOL)

    assert way_out in (caught.value.help or "")


def test_no_sudo_at_all(sudo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that lost the package after setup."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MachineError, match="sudo is not there"):
        start_program(POOL)
