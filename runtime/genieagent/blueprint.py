"""How one jar is made, decided: which operations its maker, its agent and its workloads go through.

Pure: from the zygote's conditions, what the host has, and the jar. launcher.py acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from genieagent import rules, view
from genieagent.conditions import Conditions
from genieagent.host import Host
from genieagent.identities import agent_ids, ids_inside, user_namespace, workload_ids
from genieagent.isolation import (
    DieWithParent,
    DropCapabilities,
    HostName,
    Isolation,
    JoinGroup,
    Limit,
    NoNewPrivileges,
    Operation,
    RaiseLoopback,
    ResetSignals,
    Seccomp,
    Umask,
    Undumpable,
    Unshare,
)
from genieagent.jar import SCRATCH, Jar, Limits, Role
from genieagent.landlock_layer import landlock_layer
from genieagent.seccomp import (
    JAR_RULES,
    MACHINE_IPC_RULES,
    NESTED_JAR_RULES,
    SAME_USER_SOCKET_RULES,
    SHARE_RULES,
    SHARED_ID_RULES,
)
from genieagent.view import (
    FOLDER,
    HOME,
    HOST_NAME,
    USER,
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
        ids=ids_inside(conditions, number),
        limits=Limits(facts.process_limit, facts.tmp_size),
        idle_timeout=facts.idle_timeout,
        network=facts.network,
        ports=ports,
    )


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
        user_namespace(conditions, number),
        *((agent_ids(conditions, jar.ids),) if is_full else ()),
        *_close_in(),
        DieWithParent(),
        *landlock_layer(conditions, rules.inside_for_agent(shares), scoped=True, ports=jar.ports),
        Seccomp(NESTED_JAR_RULES if conditions.facts.nested else JAR_RULES),
    )
    visible = ("/",) if is_full else _top_folders(seen)
    workload = (
        *((workload_ids(jar.ids),) if is_full else ()),
        *_limits(jar.limits),
        *landlock_layer(conditions, rules.inside_for_workload(visible, shares), scoped=not is_full),
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
        *landlock_layer(conditions, for_agent, scoped=True, ports=jar.ports),
        Seccomp((*JAR_RULES, *MACHINE_IPC_RULES)),
    )
    shared = Seccomp((*SHARED_ID_RULES, *SAME_USER_SOCKET_RULES))
    workload = (
        *((workload_ids(jar.ids),) if has_own_ids else ()),
        *(_limits(jar.limits) if has_own_ids else (Limit("core", 0),)),
        *landlock_layer(conditions, allowed, scoped=not has_own_ids),
        *(() if has_own_ids else (shared,)),
        *_share_filter(shares),
        *_manners(),
    )
    ids = (agent_ids(conditions, jar.ids),) if has_own_ids else ()
    maker = (*_group(conditions, jar), *ids, *_close_in())
    return Blueprint(jar, Isolation(maker), Isolation(agent), Isolation(workload))
