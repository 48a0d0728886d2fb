"""Which ids a jar's manager, agent and workload have, inside and outside."""

from __future__ import annotations

from genieagent.conditions import Conditions
from genieagent.isolation import EnterUserNamespace, IdMap, SetIds, Triple
from genieagent.jar import Ids
from genieagent.view import AGENT_ID, COMMON_ID, WORKLOAD_ID


def ids_inside(conditions: Conditions, number: int) -> Ids:
    """Raises ValueError for a jar number that has no ids."""
    outside = conditions.jar_ids(number)
    match conditions.situation:
        case "full":
            return Ids(0, 0, AGENT_ID, WORKLOAD_ID)
        case "single":
            return Ids(WORKLOAD_ID, WORKLOAD_ID, WORKLOAD_ID, WORKLOAD_ID)
    manager = conditions.manager_uid, conditions.manager_gid
    return Ids(*manager, outside.agent, outside.workload)


def user_namespace(conditions: Conditions, number: int) -> EnterUserNamespace:
    """Every jar has the same ids inside, whatever they are outside; raises ValueError."""
    manager_uid, manager_gid = conditions.manager_uid, conditions.manager_gid
    if conditions.situation == "single":
        one = IdMap(WORKLOAD_ID, manager_uid)
        return EnterUserNamespace((one,), (IdMap(WORKLOAD_ID, manager_gid),))
    ids = conditions.jar_ids(number)
    agent, workload = IdMap(AGENT_ID, ids.agent), IdMap(WORKLOAD_ID, ids.workload)
    common_gid = conditions.facts.common_gid
    common = () if common_gid is None else (IdMap(COMMON_ID, common_gid),)
    return EnterUserNamespace(
        uids=(IdMap(0, manager_uid), agent, workload),
        gids=(IdMap(0, manager_gid), *common, workload),
    )


def _common_group(conditions: Conditions) -> tuple[int, ...]:
    """The group that a pool's jars read the common folder by, as the agent sees it."""
    outside = conditions.facts.common_gid
    if outside is None:
        return ()
    return (COMMON_ID if conditions.has_namespaces else outside,)


def agent_ids(conditions: Conditions, ids: Ids) -> SetIds:
    """What it makes belongs to the workload and the manager's group; it may signal the workload,
    and no workload may signal, trace or limit it."""
    return SetIds(
        uids=Triple(ids.agent, ids.workload, ids.agent),
        gids=Triple(ids.workload, ids.manager_gid, ids.workload),
        groups=_common_group(conditions),
    )


def workload_ids(ids: Ids) -> SetIds:
    same = Triple(ids.workload, ids.workload, ids.workload)
    return SetIds(same, same, groups=None)
