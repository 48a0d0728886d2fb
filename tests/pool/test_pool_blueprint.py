"""What is different about a pool's jars: decided without a machine."""

from __future__ import annotations

from typing import Any

from genieagent.blueprint import Blueprint, draw, make_jar
from genieagent.conditions import Conditions
from genieagent.facts import parse_facts
from genieagent.host import Host
from genieagent.isolation import Bind, EnterUserNamespace, Identity, IdMap, Isolation, SetIds
from genieagent.jar import Jar, Situation
from genieagent.view import Places

FACTS = {
    "version": 1,
    "manager": {"uid": 1000, "gid": 900},
    "jars": "/var/lib/gjar/jars",
    "first_id": 5000,
    "id_count": 20,
    "common": "/srv/common",
    "expose": ["/home/ann/tools"],
    "isolation": None,
    "idle_timeout": 0,
    "process_limit": 10,
    "tmp_size": 1 << 20,
    "network": "host",
}
POOL = FACTS | {"run": "/run/jarbuild/gjar", "common_gid": 901}
HOST = Host(
    symlinks={},
    sources={
        "/usr": "/usr",
        "/srv/common": "/srv/common",
        "/home/ann/tools": "/elsewhere/tools",
    },
)
PLACES = Places("/state/j", "/state/j/home", Identity(8, 1), Identity(8, 2))


def drawn(values: dict[str, Any], situation: Situation = "full") -> tuple[Jar, Blueprint]:
    conditions = Conditions(parse_facts(values), situation, 7, 1000, 900)
    jar = make_jar(conditions, "gjar004", 3, "live")
    return jar, draw(conditions, HOST, PLACES, jar, 3)


def only(isolation: Isolation, kind: type[Any]) -> Any:
    (found,) = [operation for operation in isolation if isinstance(operation, kind)]
    return found


def seekers(isolation: Isolation) -> dict[str, tuple[int, int] | None]:
    return {o.target: o.seeker for o in isolation if isinstance(o, Bind)}


def test_jars_are_in_the_common_folders_group() -> None:
    """It has a number inside, so that what it owns has a name there; the manager's comes first."""
    _, made = drawn(POOL)

    assert only(made.agent, EnterUserNamespace).gids == (
        IdMap(0, 900),
        IdMap(998, 901),
        IdMap(1000, 5006),
    )
    assert only(made.agent, SetIds).groups == (998,)
    assert only(made.workload, SetIds).groups is None


def test_without_namespaces_it_has_its_own_number() -> None:
    """There is nothing to map."""
    _, made = drawn(POOL, "no-namespaces")

    assert only(made.maker, SetIds).groups == (901,)


def test_a_pools_jar_without_namespaces_has_a_users_name() -> None:
    """Programs that ask the password database find themselves; by default there is nobody."""
    assert drawn(POOL, "no-namespaces")[0].user == "gjar004"
    assert drawn(FACTS, "no-namespaces")[0].user == "jar"
    assert drawn(POOL)[0].user == "jar"


def test_what_is_exposed_is_looked_for_as_the_manager() -> None:
    """Root's zygote must not open for the manager what only root may reach; the rest is root's."""
    _, made = drawn(POOL)
    sought = seekers(made.agent)

    assert sought["/home/ann/tools"] == sought["/srv/common"] == (1000, 900)
    assert sought["/usr"] is sought["/.jar"] is None


def test_by_default_the_zygote_has_no_more_rights() -> None:
    """There it is the manager's own."""
    assert set(seekers(drawn(FACTS)[1].agent).values()) == {None}


def test_whose_the_jars_folder_must_be() -> None:
    """A pool's is root's; by default it is the manager's."""
    owners = [Conditions(parse_facts(f), "full", 7, 1000, 900).jars_owner for f in (POOL, FACTS)]

    assert owners == [0, 1000]
