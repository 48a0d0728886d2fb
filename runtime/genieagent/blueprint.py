"""How one jar is made, decided: which operations its maker, its agent and its workloads go through.

Pure: from the zygote's conditions, what the host has, and the jar. launcher.py acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from genieagent import rules, view
from genieagent.conditions import Conditions
from genieagent.host import Host
from genieagent.isolation import (
    DieWithParent,
    DropCapabilities,
    EnterUserNamespace,
    HostName,
    IdMap,
    Isolation,
    JoinGroup,
    Landlock,
    Limit,
    NoNewPrivileges,
    Operation,
    RaiseLoopback,
    ResetSignals,
    Seccomp,
    SetIds,
    Triple,
    Umask,
    Undumpable,
    Unshare,
)
from genieagent.jar import SCRATCH, Ids, Jar, Limits, Role
from genieagent.landlock import (
    ANY_FREE_PORT,
    PORTS_ABI,
    RENAME_ABI,
    Allow,
    known_rights,
    known_scopes,
)
from genieagent.seccomp import (
    JAR_RULES,
    MACHINE_IPC_RULES,
    NESTED_JAR_RULES,
    SAME_USER_SOCKET_RULES,
    SHARE_RULES,
    SHARED_ID_RULES,
)
from genieagent.view import (
    AGENT_ID,
    COMMON_ID,
    FOLDER,
    HOME,
    HOST_NAME,
    USER,
    WORKLOAD_ID,
    Places,
    Shown,
)

_SHARED_UMASK = 0o002


@dataclass(frozen=True)
class Blueprint:
    """`maker` is gone through by the process that forks the agent."""

    jar: Jar
    maker: Isolation
    agent: Isolation
    workload: Isolation
    mounts: tuple[int, ...] = ()  # descriptors that the maker and the agent need

    @property
    def has_pid_namespace(self) -> bool:
        return self.jar.situation in ("full", "single")


def draw(
    conditions: Conditions,
    host: Host,
    places: Places,
    jar: Jar,
    number: int,
    shares: tuple[Shown, ...] = (),
) -> Blueprint:
    """Raises ValueError for a jar number that has no ids."""
    if conditions.has_namespaces:
        return _namespaced(conditions, host, places, jar, number, shares)
    return _by_ids_and_rules(conditions, host, jar, number, shares)


def make_jar(
    conditions: Conditions, name: str, number: int, role: Role, ports: tuple[int, ...] = ()
) -> Jar:
    """The jar as its agent will know it; raises ValueError for a number that has no ids."""
    facts = conditions.facts
    outside = f"{facts.jars}/{name}"
    inside = conditions.has_namespaces
    return Jar(
        name=name,
        role=role,
        situation=conditions.situation,
        folder=FOLDER if inside else outside,
        home=HOME if inside else f"{outside}/home",
        user=name if facts.is_pool and not inside else USER,
        ids=_ids_inside(conditions, number),
        limits=Limits(facts.process_limit, facts.tmp_size),
        idle_timeout=facts.idle_timeout,
        network=facts.network,
        ports=ports,
    )


def _ids_inside(conditions: Conditions, number: int) -> Ids:
    outside = conditions.jar_ids(number)
    match conditions.situation:
        case "full":
            return Ids(0, 0, AGENT_ID, WORKLOAD_ID)
        case "single":
            return Ids(WORKLOAD_ID, WORKLOAD_ID, WORKLOAD_ID, WORKLOAD_ID)
    manager = conditions.manager_uid, conditions.manager_gid
    return Ids(*manager, outside.agent, outside.workload)


def _namespaced(
    conditions: Conditions,
    host: Host,
    places: Places,
    jar: Jar,
    number: int,
    shares: tuple[Shown, ...],
) -> Blueprint:
    is_full = conditions.situation == "full"
    seeker = (conditions.manager_uid, conditions.manager_gid) if conditions.facts.is_pool else None
    seen = view.jar_view(host, places, exposed(conditions), jar.limits.tmp_bytes, seeker, shares)
    agent = (
        *seen,
        HostName(HOST_NAME),
        *_loopback(conditions),
        _user_namespace(conditions, number),
        *((_agent_ids(jar.ids, _common_group(conditions, COMMON_ID)),) if is_full else ()),
        *_close_in(),
        DieWithParent(),
        *_landlock(conditions, rules.inside_for_agent(shares), scoped=True, ports=jar.ports),
        Seccomp(NESTED_JAR_RULES if conditions.facts.nested else JAR_RULES),
    )
    visible = ("/",) if is_full else _top_folders(seen)
    workload = (
        *((_workload_ids(jar.ids),) if is_full else ()),
        *_limits(jar.limits),
        *_landlock(conditions, rules.inside_for_workload(visible, shares), scoped=not is_full),
        *(() if is_full else (Seccomp(SHARED_ID_RULES),)),
        *_share_filter(shares),
        *_manners(),
    )
    maker = Isolation((*_group(conditions, jar), Unshare(_namespaces(conditions))))
    mounts = tuple(share.mount for share in shares if share.mount is not None)
    return Blueprint(jar, maker, Isolation(agent), Isolation(workload), mounts)


def _group(conditions: Conditions, jar: Jar) -> tuple[Operation, ...]:
    groups = conditions.cgroups
    return () if groups is None else (JoinGroup(groups.group(jar.name, jar.role)),)


def _share_filter(shares: tuple[Shown, ...]) -> tuple[Operation, ...]:
    return (Seccomp(SHARE_RULES),) if any(share.writable for share in shares) else ()


def exposed(conditions: Conditions) -> tuple[str, ...]:
    common = conditions.facts.common
    return (*conditions.facts.expose, *((common,) if common else ()))


def _namespaces(conditions: Conditions) -> tuple[str, ...]:
    own_network = ("net",) if conditions.has_own_network else ()
    return ("mount", "pid", "ipc", "uts", "cgroup", *own_network)


def _loopback(conditions: Conditions) -> tuple[Operation, ...]:
    return (RaiseLoopback(),) if conditions.has_own_network else ()


def _user_namespace(conditions: Conditions, number: int) -> EnterUserNamespace:
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


def _common_group(conditions: Conditions, inside: int | None = None) -> tuple[int, ...]:
    """The group that a pool's jars read the common folder by; `inside` is its number there."""
    outside = conditions.facts.common_gid
    return () if outside is None else (outside if inside is None else inside,)


def _agent_ids(ids: Ids, groups: tuple[int, ...]) -> SetIds:
    """What it makes belongs to the workload and the manager's group; it may signal the workload,
    and no workload may signal, trace or limit it."""
    return SetIds(
        uids=Triple(ids.agent, ids.workload, ids.agent),
        gids=Triple(ids.workload, ids.manager_gid, ids.workload),
        groups=groups,
    )


def _workload_ids(ids: Ids) -> SetIds:
    same = Triple(ids.workload, ids.workload, ids.workload)
    return SetIds(same, same, groups=None)


def _close_in() -> tuple[Operation, ...]:
    return (
        DropCapabilities(),
        NoNewPrivileges(),
        Undumpable(),
        Limit("core", 0),
        Umask(_SHARED_UMASK),
    )


def _limits(limits: Limits) -> tuple[Operation, ...]:
    return Limit("core", 0), Limit("nproc", limits.processes)


def _manners() -> tuple[Operation, ...]:
    return NoNewPrivileges(), ResetSignals(), Umask(_SHARED_UMASK)


def _landlock(
    conditions: Conditions,
    allowed: tuple[Allow, ...],
    *,
    scoped: bool,
    ports: tuple[int, ...] | None = None,
) -> tuple[Operation, ...]:
    """One layer, or none where this kernel's Landlock would do more harm than good.

    `ports` are what may be bound on the machine's network; None leaves that as it is.
    """
    abi = conditions.landlock_abi
    scopes = known_scopes(abi) if scoped else frozenset()
    # Whoever is held to files may mount nothing, and a sandbox inside must.
    handled = frozenset() if conditions.facts.nested else known_rights(abi)
    if abi < RENAME_ABI:
        return ()
    known = tuple(Allow(r.path, r.access & handled) for r in allowed if r.access & handled)
    bindable = _bindable(conditions, ports)
    has_effect = handled or scopes or bindable is not None
    return (Landlock(handled, known, scopes, bindable),) if has_effect else ()


def _bindable(conditions: Conditions, ports: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Of a network of its own a jar may bind every port; it is seen by nobody else."""
    is_held = conditions.landlock_abi >= PORTS_ABI and not conditions.has_own_network
    return (ANY_FREE_PORT, *ports) if is_held and ports is not None else None


def _top_folders(seen: tuple[Operation, ...]) -> tuple[str, ...]:
    """All of the root but the jar's own folder, which only its mode or such a list closes."""
    targets = (getattr(operation, "target", "") for operation in seen)
    top = {"/" + target.split("/")[1] for target in targets if target}
    return tuple(sorted(top - {FOLDER}))


def _by_ids_and_rules(
    conditions: Conditions, host: Host, jar: Jar, number: int, shares: tuple[Shown, ...]
) -> Blueprint:
    has_own_ids = conditions.has_own_ids
    shown = (*exposed(conditions), *(s.source for s in shares if not s.writable))
    scratch = f"{jar.folder}/{SCRATCH}/{jar.role}"
    own = (jar.home, scratch, *(s.source for s in shares if s.writable))
    allowed = rules.outside_for_workload(host, shown, own, shares_user=not has_own_ids)
    for_agent = (*allowed, *rules.outside_for_agent(host, jar))
    agent = (
        DieWithParent(),
        *_landlock(conditions, for_agent, scoped=True, ports=jar.ports),
        Seccomp((*JAR_RULES, *MACHINE_IPC_RULES)),
    )
    shared = Seccomp((*SHARED_ID_RULES, *SAME_USER_SOCKET_RULES))
    workload = (
        *((_workload_ids(jar.ids),) if has_own_ids else ()),
        *(_limits(jar.limits) if has_own_ids else (Limit("core", 0),)),
        *_landlock(conditions, allowed, scoped=not has_own_ids),
        *(() if has_own_ids else (shared,)),
        *_share_filter(shares),
        *_manners(),
    )
    ids = (_agent_ids(jar.ids, _common_group(conditions)),) if has_own_ids else ()
    maker = (*_group(conditions, jar), *ids, *_close_in())
    return Blueprint(jar, Isolation(maker), Isolation(agent), Isolation(workload))
