"""Why a situation cannot be had, what is lost with it, and the ways out, in sentences."""

from __future__ import annotations

import pwd
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from genieagent.facts import Network
from genieagent.jar import Situation
from genieagent.landlock import PORTS_ABI, RENAME_ABI, SCOPES_ABI, TRUNCATE_ABI

Part = Literal[
    "asked", "exposed", "folder", "home", "landlock", "machine", "maps", "namespaces", "nested",
    "programs", "range",
]  # fmt: skip
"""What an obstacle is about; chooses the ways out."""

_TITLES: Mapping[Situation, str] = {
    "full": "full isolation (jars are users of their own, in namespaces)",
    "no-namespaces": "isolation without namespaces (jars are users of their own)",
    "single": "single isolation (jars have your user id, in namespaces)",
    "weak": "weak isolation (jars have your user id, held by Landlock)",
}

NAMELESS = "the jar's id has no name: ssh, ssh-keygen and os.userInfo() fail inside"
"""Not so in a pool, whose jars are users with names."""

LOST: Mapping[Situation, tuple[str, ...]] = {
    "full": (),
    "no-namespaces": (
        "jars see the machine's host name, shared memory and System V IPC",
        "the machine's UNIX sockets that are open to all are in reach",
        "there is no private /tmp: TMPDIR lies beside the home, which keeps its real path",
        NAMELESS,
        "a build's commands can signal the same jar's app",
    ),
    "single": (
        "a jar's processes have your user id and your supplementary groups",
        "a jar can make set-group-id files of your group (where only you can reach them)",
        "a command in a jar cannot signal another command's processes",
        "`ls /` fails inside",
    ),
    "weak": (
        "there is no boundary against a hostile program: it has your user id and groups",
        "a command in a jar cannot signal another command's processes",
        "no UNIX sockets and no further terminals (tmux, script) can be made inside",
    ),
}

LANDLOCK_NEEDED: Mapping[Situation, int] = {
    "full": 1,
    "no-namespaces": TRUNCATE_ABI,
    "single": RENAME_ABI,
    "weak": SCOPES_ABI,
}


@dataclass(frozen=True)
class Obstacle:
    """What stood in the way of a situation."""

    situation: Situation
    part: Part
    reason: str

    def __str__(self) -> str:
        return f"{_TITLES[self.situation]} is not possible: {self.reason}"


@dataclass(frozen=True)
class Refusal:
    """No situation that was asked for can be had. In the form of a reply's error."""

    code: str
    message: str
    help: str


def lost_by_landlock(situation: Situation, abi: int, network: Network) -> Iterator[str]:
    if abi < RENAME_ABI:
        yield f"no Landlock file rules: those of ABI {abi} forbid renames between folders"
    if abi < PORTS_ABI and network == "host":
        yield f"a jar can bind every free TCP port (Landlock ABI {abi}, {PORTS_ABI} is needed)"
    if abi < SCOPES_ABI:
        yield f"the machine's abstract UNIX sockets are in reach (Landlock ABI {abi}, 6 is needed)"
    if abi < SCOPES_ABI and situation == "single":
        yield f"a command can end the agent's part in another (Landlock ABI {abi}, 6 is needed)"


def refuse(obstacles: Sequence[Obstacle], uid: int) -> Refusal:
    last = () if uid == 0 else (_POOL, _WEAK)
    ways = "; or ".join((*ways_out(obstacles, uid), *last))
    return Refusal("isolation", "; ".join(map(str, obstacles)), ways)


_POOL = "let root set up a pool (`sudo geniejars setup`)"
_WEAK = "do without a boundary against hostile programs (`--isolation weak`)"


def ways_out(obstacles: Iterable[Obstacle], uid: int) -> tuple[str, ...]:
    """What a person can do about them, each once."""
    return tuple(dict.fromkeys(way for obstacle in obstacles for way in _ways_out(obstacle, uid)))


def _ways_out(obstacle: Obstacle, uid: int) -> Iterator[str]:
    match obstacle.part:
        case "asked":
            yield "leave out --isolation"
        case "nested":
            yield "take `nested` out of the config"
        case "exposed":
            yield "take the folder out of `expose`"
        case "folder":
            yield from _ways_past_apparmor(uid)
            yield "put the state folder on a local file system (XDG_STATE_HOME)"
        case "home":
            yield "put the state folder where others may pass through (XDG_STATE_HOME)"
        case "landlock":
            yield "start a kernel with a newer Landlock (6.2 or later; `lsm=landlock,...`)"
        case "programs":
            yield "install the package uidmap (`sudo apt install uidmap`)"
        case "range":
            yield _subordinate_range(uid)
        case "maps":
            yield _subordinate_range(uid)
            yield from _namespace_settings(uid)
        case "namespaces":
            yield from _namespace_settings(uid)


def _subordinate_range(uid: int) -> str:
    if uid == 0:
        return "leave a block of ids free for jars (/var/lib/jarbuild/ids, /etc/subuid)"
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    ids = "100000-165535"
    return (
        f"get a range in /etc/subuid and /etc/subgid that nobody else has (`sudo usermod "
        f"--add-subuids {ids} --add-subgids {ids} {user}`)"
    )


# Each with the value that forbids namespaces and the one that does not.
_FOR_USERS = (("kernel/unprivileged_userns_clone", "0", "1"),)
_FOR_ALL = (("user/max_user_namespaces", "0", "10000"),)


_APPARMOR = "kernel/apparmor_restrict_unprivileged_userns"
"""Where it is 1 namespaces can be made, and nothing be done in them that takes a capability: what
fails first is to give a folder to a jar (Ubuntu 24.04, /etc/apparmor.d/unprivileged_userns)."""


def _ways_past_apparmor(uid: int) -> Iterator[str]:
    if uid and _setting(_APPARMOR) == "1":
        yield f"load the AppArmor profile for this Python ({_load(APPARMOR_PROFILE)})"
        yield f"allow user namespaces to all programs ({_switch(_APPARMOR, '0')})"


def _namespace_settings(uid: int) -> Iterator[str]:
    yield from _ways_past_apparmor(uid)
    for setting, bad, good in (*(_FOR_USERS if uid else ()), *_FOR_ALL):
        if _setting(setting) == bad:
            yield f"allow user namespaces ({_switch(setting, good)})"
    if _in_container():
        yield (
            "start the container so that it may make namespaces (`docker run --cap-add SYS_ADMIN "
            "--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
            "--security-opt systempaths=unconfined`)"
        )


APPARMOR_PROFILE = Path(__file__).with_name("apparmor.profile")


def _load(profile: Path) -> str:
    target = "/etc/apparmor.d/jarbuild"
    return f"`sudo cp {profile} {target} && sudo apparmor_parser --replace {target}`"


def _switch(setting: str, value: str) -> str:
    return f"`sudo sysctl {setting.replace('/', '.')}={value}`"


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def _in_container() -> bool:
    return any(Path(mark).exists() for mark in ("/.dockerenv", "/run/.containerenv"))
