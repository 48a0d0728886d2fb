"""The ways out that a refusal names, on machines that are not this one."""

from __future__ import annotations

import pytest

from genieagent import obstacles
from genieagent.obstacles import APPARMOR_PROFILE, Obstacle, Part, refuse, ways_out

USER = 1_000_000  # nobody's


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


def test_the_profile_is_there() -> None:
    """Ready to be loaded, and it says the one thing that AppArmor asks for."""
    assert "\n  userns,\n" in APPARMOR_PROFILE.read_text()


def test_a_refusal_names_the_pool_last() -> None:
    """To a user; root could have none without namespaces either."""
    obstacle = Obstacle("full", "folder", "reason")

    assert "geniejars setup" in refuse([obstacle], USER).help
    assert "geniejars setup" not in refuse([obstacle], 0).help
