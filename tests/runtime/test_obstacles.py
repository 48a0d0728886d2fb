"""The ways out that a refusal names, on machines that are not this one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from genieagent import obstacles
from genieagent.obstacles import APPARMOR_PROFILE, Obstacle, Part, refuse, ways_out

USER = 1_000_000  # nobody's
NEW = re.compile(r"abi |  userns,")
"""What came with AppArmor 4, of which Debian 12 has 3."""

COMPILER = shutil.which("apparmor_parser", path="/usr/sbin:/usr/bin:/sbin")


@pytest.mark.parametrize(
    "part, settings, is_container, named",
    [
        pytest.param("programs", {}, False, ["apt install uidmap"], id="debian-without-uidmap"),
        pytest.param("range", {}, False, ["usermod --add-subuids"], id="no-subordinate-ids"),
        pytest.param(
            "namespaces", {"kernel/apparmor_restrict_unprivileged_userns": "1"}, False,
            ["kernel.apparmor_restrict_unprivileged_userns=0", str(APPARMOR_PROFILE)],
            id="ubuntu-24.04",
        ),
        pytest.param(
            "folder", {"kernel/apparmor_restrict_unprivileged_userns": "1"}, False,
            [str(APPARMOR_PROFILE), "XDG_STATE_HOME"], id="ubuntu-24.04-with-range",
        ),
        pytest.param(
            "namespaces", {"kernel/unprivileged_userns_clone": "0"}, False,
            ["kernel.unprivileged_userns_clone=1"], id="old-debian",
        ),
        pytest.param(
            "namespaces", {"user/max_user_namespaces": "0"}, False,
            ["user.max_user_namespaces=10000"], id="hardened-kernel",
        ),
        pytest.param(
            "namespaces", {}, True,
            ["--cap-add SYS_ADMIN", "seccomp=unconfined", "apparmor=unconfined",
             "systempaths=unconfined"],
            id="docker",
        ),
        pytest.param("landlock", {}, False, ["lsm=landlock"], id="landlock-off"),
        pytest.param("nested", {}, False, ["`nested`"], id="nested"),
    ],
)  # fmt: skip
def test_the_ways_out_are_this_machines(
    part: Part,
    settings: dict[str, str],
    is_container: bool,
    named: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which package, which setting, which profile: as commands to type."""
    monkeypatch.setattr(obstacles, "_setting", lambda name: settings.get(name, ""))
    monkeypatch.setattr(obstacles, "_in_container", lambda: is_container)
    ways = "; ".join(ways_out([Obstacle("full", part, "reason")], USER))

    assert [word for word in named if word not in ways] == []


def test_the_profile_says_what_others_say() -> None:
    """Those that Ubuntu ships for podman, rootlesskit and the like: a name, and the one rule."""
    lines = APPARMOR_PROFILE.read_text().splitlines()
    told = [line.strip() for line in lines if line and not line.startswith("#")]

    assert told == [
        "abi <abi/4.0>,",
        "include <tunables/global>",
        "profile jarbuild /usr/bin/python3.[0-9]* flags=(unconfined) {",
        "userns,",
        "include if exists <local/jarbuild>",
        "}",
    ]


@pytest.mark.skipif(COMPILER is None, reason="apparmor is not installed")
def test_the_profile_compiles(tmp_path: Path) -> None:
    """AppArmor's own compiler takes it; an older one than 4 knows no user namespaces."""
    told = APPARMOR_PROFILE.read_text()
    if not Path("/etc/apparmor.d/abi/4.0").exists():
        told = "".join(line for line in told.splitlines(keepends=True) if not NEW.match(line))
    profile = tmp_path / "jarbuild"
    profile.write_text(told)
    command = [
        str(COMPILER),
        "--skip-kernel-load",
        "--skip-cache",
        "--ofile",
        tmp_path / "out",
        profile,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert b"jarbuild" in (tmp_path / "out").read_bytes()


def test_a_refusal_names_the_pool_last() -> None:
    """To a user; root could have none without namespaces either."""
    obstacle = Obstacle("full", "folder", "reason")

    assert "geniejars setup" in refuse([obstacle], USER).help
    assert "geniejars setup" not in refuse([obstacle], 0).help
