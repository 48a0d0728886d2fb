"""Isolation as data: the lists that are decided for each situation and Landlock ABI."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from genieagent.blueprint import Blueprint, draw, make_jar
from genieagent.conditions import Conditions
from genieagent.facts import BadFactsError, Facts, parse_facts, read_facts
from genieagent.host import Host
from genieagent.isolation import (
    Bind,
    DieWithParent,
    EnterRoot,
    EnterUserNamespace,
    HostName,
    Identity,
    IdMap,
    Isolation,
    Landlock,
    Limit,
    MakeSymlink,
    MakeText,
    Mount,
    NoNewPrivileges,
    RaiseLoopback,
    Seccomp,
    SetIds,
    Triple,
    Undumpable,
    Unshare,
)
from genieagent.jar import Situation
from genieagent.landlock import READ, WRITE, Allow, bits, known_rights
from genieagent.seccomp import JAR_RULES, SAME_USER_SOCKET_RULES, SHARED_ID_RULES
from genieagent.view import Places

SITUATIONS: tuple[Situation, ...] = ("full", "no-namespaces", "single", "weak")
ABIS = (1, 2, 3, 4, 5, 6, 7)

FACTS = {
    "version": 1,
    "manager": {"uid": 1234, "gid": 1235},
    "jars": "/state/jars",
    "first_id": 5000,
    "id_count": 20,
    "common": "/srv/common",
    "expose": ["/home/m/.nvm", "/usr/share/x", "/home/m/.nvm/versions"],
    "isolation": None,
    "idle_timeout": 60,
    "process_limit": 300,
    "tmp_size": 4096,
    "network": "host",
}
HOST = Host(
    symlinks={"/bin": "usr/bin", "/etc/localtime": "/usr/share/zoneinfo/UTC"},
    sources={
        "/usr": "/usr",
        "/etc/ssl": "/etc/ssl",
        "/etc/npmrc": "/data/npmrc",
        "/home/m/.nvm": "/data/nvm",
        "/home/m/.nvm/versions": "/data/nvm/versions",
        "/srv/common": "/srv/common",
        "/usr/share/x": "/usr/share/x",
    },
    hosts=b"127.0.0.1 localhost\n",
    resolver=b"nameserver 9.9.9.9\n",
)
PLACES = Places("/state/jars/j", "/state/jars/j/home", Identity(8, 1), Identity(8, 2))


def facts(**changes: Any) -> Facts:
    return parse_facts(FACTS | changes)


def blueprint(situation: Situation, abi: int = 7, **changes: Any) -> Blueprint:
    conditions = Conditions(facts(**changes), situation, abi, 1234, 1235)
    jar = make_jar(conditions, "j", 3, "live", (20000, 20001))
    return draw(conditions, HOST, PLACES, jar, 3)


def only(isolation: Isolation, kind: type[Any]) -> Any:
    (found,) = [operation for operation in isolation if isinstance(operation, kind)]
    return found


def has(isolation: Isolation, kind: type[Any]) -> bool:
    return any(isinstance(operation, kind) for operation in isolation)


def order(isolation: Isolation, *kinds: type[Any]) -> list[int]:
    """The places of the last operation of each kind."""
    return [
        max(i for i, operation in enumerate(isolation) if isinstance(operation, kind))
        for kind in kinds
    ]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_list_can_be_printed(situation: Situation) -> None:
    """Every operation stands on a line of its own."""
    agent = blueprint(situation).agent

    assert len(str(agent).splitlines()) == len(agent.operations)


@pytest.mark.parametrize("situation", ["full", "single"])
def test_namespaces_come_first_and_filters_last(situation: Situation) -> None:
    """Mounts need the rights that later operations give up, and ids undo what must follow them."""
    made = blueprint(situation)
    kinds = (EnterRoot, HostName, EnterUserNamespace, NoNewPrivileges, Undumpable, DieWithParent)
    places = order(made.agent, *kinds, Landlock, Seccomp)

    assert only(made.maker, Unshare).namespaces == ("mount", "pid", "ipc", "uts", "cgroup")
    assert places == sorted(places)


def test_the_view_has_one_map_and_two_ids() -> None:
    """The manager is 0, the agent 999, the workload 1000, whatever they are outside."""
    made = blueprint("full")
    mapped = only(made.agent, EnterUserNamespace)

    assert mapped.uids == (IdMap(0, 1234), IdMap(999, 5007), IdMap(1000, 5006))
    assert mapped.gids == (IdMap(0, 1235), IdMap(1000, 5006))
    assert only(made.agent, SetIds) == SetIds(
        Triple(999, 1000, 999), Triple(1000, 0, 1000), groups=()
    )
    assert only(made.workload, SetIds).uids == Triple(1000, 1000, 1000)


def test_single_maps_the_managers_own_id() -> None:
    """There is one id: nothing to change to, so the workload has rules besides."""
    made = blueprint("single")

    assert only(made.agent, EnterUserNamespace).uids == (IdMap(1000, 1234),)
    assert not has(made.agent, SetIds)
    assert only(made.workload, Seccomp).rules == SHARED_ID_RULES


def test_without_namespaces_the_maker_stays_alive_to_clean_up() -> None:
    """It takes the agent's ids before the agent is forked, and must not die with the zygote."""
    made = blueprint("no-namespaces")

    assert only(made.maker, SetIds).uids == Triple(5007, 5006, 5007)
    assert not has(made.maker, DieWithParent)
    assert has(made.agent, DieWithParent)
    assert not has(made.agent, Mount)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_all_of_a_jar_is_under_the_deny_list(situation: Situation) -> None:
    """The agent already: workloads add to it, never replace it."""
    assert set(JAR_RULES) <= set(only(blueprint(situation).agent, Seccomp).rules)


def test_weak_adds_what_a_shared_user_needs() -> None:
    """A workload with the manager's id gets no sockets to reach the manager's programs with."""
    made = blueprint("weak")

    assert only(made.workload, Seccomp).rules == (*SHARED_ID_RULES, *SAME_USER_SOCKET_RULES)
    assert not any(isinstance(o, Limit) and o.resource == "nproc" for o in made.workload)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("abi", ABIS)
def test_landlock_uses_what_its_abi_knows(situation: Situation, abi: int) -> None:
    """No right that the kernel would refuse, none of its rights left out; below 2 no layer."""
    made = blueprint(situation, abi)
    if abi == 1:
        assert not has(made.agent, Landlock)
        return
    for layer in (only(made.agent, Landlock), only(made.workload, Landlock)):
        assert layer.handled == known_rights(abi)
        assert all(rule.access <= layer.handled for rule in layer.rules)


RIGHTS = [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (6, 16), (7, 16)]


@pytest.mark.parametrize("abi, count", RIGHTS)
def test_each_abi_has_its_rights(abi: int, count: int) -> None:
    """The bits are the kernel's: the first `count`, without a gap."""
    assert bits(known_rights(abi)) == (1 << count) - 1


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("abi", [5, 6])
def test_scopes_close_the_jar_outwards(situation: Situation, abi: int) -> None:
    """From ABI 6 no signal and no abstract socket leaves; between commands only where ids do not
    keep them from the agent."""
    made = blueprint(situation, abi)
    shares_id = situation in ("single", "weak")

    assert bool(only(made.agent, Landlock).scopes) == (abi == 6)
    assert bool(only(made.workload, Landlock).scopes) == (abi == 6 and shares_id)


@pytest.mark.parametrize(
    "situation, home, others",
    [
        ("full", "/home/jar", {"/tmp", "/var/tmp", "/dev/shm"}),  # noqa: S108
        ("single", "/home/jar", {"/tmp", "/var/tmp", "/dev/shm"}),  # noqa: S108
        ("no-namespaces", "/state/jars/j/home", {"/state/jars/j/scratch/live", "/dev/shm"}),  # noqa: S108
        ("weak", "/state/jars/j/home", {"/state/jars/j/scratch/live"}),
    ],
)
def test_a_workload_may_make_files_here_only(
    situation: Situation, home: str, others: set[str]
) -> None:
    """The home and the private folders."""
    rules = only(blueprint(situation).workload, Landlock).rules

    assert {rule.path for rule in rules if "make_reg" in rule.access} == {home, *others}


def test_single_closes_the_jars_folder_by_leaving_it_out() -> None:
    """Its mode is no lock for the same id, so everything else is listed instead."""
    rules = only(blueprint("single").workload, Landlock).rules
    paths = {rule.path for rule in rules}

    assert {"/usr", "/etc", "/home", "/proc"} <= paths
    assert not {"/", "/.jar"} & paths


def test_outside_namespaces_reads_are_listed() -> None:
    """The system, a few files of /etc and /proc, what is exposed: not the machine's root."""
    rules = only(blueprint("no-namespaces").workload, Landlock).rules

    assert Allow("/usr", READ) in rules
    assert Allow("/srv/common", READ) in rules
    assert Allow("/proc/meminfo", frozenset({"read_file"})) in rules
    assert not {"/", "/proc", "/etc", "/tmp", "/home"} & {r.path for r in rules}  # noqa: S108


def test_no_rule_lets_make_devices() -> None:
    """Device files are handled and never allowed."""
    assert not {"make_char", "make_block"} & WRITE


def test_the_view_shows_what_is_listed() -> None:
    """System folders as they are, /etc by the entry, exposures once, all read-only."""
    seen = blueprint("full").agent
    binds = {o.target: o for o in seen if isinstance(o, Bind)}
    texts = {o.target: o.content for o in seen if isinstance(o, MakeText)}
    devices = {target for target in binds if target.startswith("/dev/")}

    assert MakeSymlink("/bin", "usr/bin") in seen.operations
    assert MakeSymlink("/etc/localtime", "/usr/share/zoneinfo/UTC") in seen.operations
    assert set(binds) - devices == {
        "/usr", "/etc/ssl", "/etc/npmrc", "/home/m/.nvm", "/srv/common", "/.jar", "/home/jar",
    }  # fmt: skip
    assert binds["/etc/npmrc"].source == "/data/npmrc"
    assert {t for t, o in binds.items() if "ro" not in o.flags} == {*devices, "/.jar", "/home/jar"}
    assert all("nosuid" in bind.flags for bind in binds.values())
    assert all("nodev" in binds[target].flags for target in set(binds) - devices)
    assert texts["/etc/resolv.conf"] == b"nameserver 9.9.9.9\n"
    assert b"jar:x:1000:1000::/home/jar:" in texts["/etc/passwd"]
    assert b"127.0.1.1 jar\n" in texts["/etc/hosts"]


def test_the_jars_folder_must_be_the_one_that_was_made() -> None:
    """Both binds carry the identity of what the zygote opened."""
    binds = {o.target: o for o in blueprint("full").agent if isinstance(o, Bind)}

    assert binds["/.jar"].identity == PLACES.folder_identity
    assert binds["/home/jar"].identity == PLACES.home_identity


@pytest.mark.parametrize("network", ["none", "filtered"])
def test_a_network_of_its_own_is_a_namespace_with_a_loopback(network: str) -> None:
    """Only where facts ask for it; there every port may be bound."""
    made = blueprint("full", network=network)

    assert "net" in only(made.maker, Unshare).namespaces
    assert has(made.agent, RaiseLoopback)
    assert only(made.agent, Landlock).ports is None
    assert not has(blueprint("full").agent, RaiseLoopback)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("abi, ports", [(3, None), (4, (0, 20000, 20001))])
def test_ports_are_held_from_abi_4_on(
    situation: Situation, abi: int, ports: tuple[int, ...] | None
) -> None:
    """The jar's own and whichever the kernel picks, for the agent and so for all it starts."""
    assert only(blueprint(situation, abi).agent, Landlock).ports == ports


@pytest.mark.parametrize("number, fits", [(0, True), (9, True), (10, False), (-1, False)])
def test_a_jars_ids_lie_in_the_block(number: int, fits: bool) -> None:
    """Twenty ids are ten jars."""
    conditions = Conditions(facts(), "full", 7, 0, 0)
    try:
        ids = conditions.jar_ids(number)
    except ValueError:
        assert not fits
    else:
        assert (ids.workload, ids.agent) == (5000 + 2 * number, 5001 + 2 * number)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"jars": "relative"},
        {"jars": "/a/../b"},
        {"expose": ["/a\0b"]},
        {"isolation": "strong"},
        {"network": "bridge"},
        {"manager": {"uid": 1}},
    ],
    ids=str,
)
def test_facts_are_checked(change: dict[str, Any]) -> None:
    """What is missing or not plain is refused."""
    with pytest.raises((BadFactsError, KeyError)):
        parse_facts(FACTS | change)


@pytest.mark.parametrize(
    "mode, trusted", [(0o600, True), (0o644, True), (0o620, False), (0o602, False)]
)
def test_facts_that_others_can_write_are_no_facts(tmp_path: Any, mode: int, trusted: bool) -> None:
    """Whoever could edit them could choose whose rights jars get."""
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(FACTS))
    file.chmod(mode)
    try:
        found = read_facts(str(file))
    except BadFactsError:
        assert not trusted
    else:
        assert trusted
        assert found == replace(facts())
