"""Finds the situation by doing: each candidate makes a real jar and runs a real workload in it.

Here candidates are chosen and what needs no trial is looked at; trial.py does it.
"""

from __future__ import annotations

import os

from genieagent import namespaces, syscalls, trial
from genieagent.blueprint import exposed
from genieagent.call_numbers import BY_MACHINE, MACHINE
from genieagent.conditions import Conditions
from genieagent.facts import Facts
from genieagent.jar import Situation
from genieagent.namespaces import NamespaceError
from genieagent.obstacles import (
    LANDLOCK_NEEDED,
    LOST,
    NAMELESS,
    Obstacle,
    Refusal,
    lost_by_landlock,
    refuse,
    ways_out,
)
from genieagent.view import RESERVED, is_below


def find(facts: Facts) -> Conditions | Refusal:
    """The best situation of those asked for; this process has then entered it."""
    obstacles: list[Obstacle] = []
    abi = syscalls.landlock_abi()
    for situation in _candidates(facts):
        conditions = _conditions(facts, situation, abi, obstacles)
        obstacle = _obvious(conditions) or trial.obstacle_to(conditions)
        if obstacle is None:
            trial.enter(conditions)
            return conditions
        obstacles.append(obstacle)
    return refuse(obstacles or [_not_for_root()], os.getuid())


def _candidates(facts: Facts) -> tuple[Situation, ...]:
    match os.getuid() == 0, facts.isolation:
        case True, "single":
            return ()
        case True, "full":
            return ("full",)
        case True, _:
            return "full", "no-namespaces"
        case False, None:
            return "full", "single"
        case False, "single":
            return ("single",)
        case False, "weak":
            return ("weak",)
    return ("full",)


def _not_for_root() -> Obstacle:
    return Obstacle("single", "asked", "a jar's processes would have root's own id")


def _conditions(
    facts: Facts, situation: Situation, abi: int, obstacles: list[Obstacle]
) -> Conditions:
    is_zero = situation in ("full", "single") and os.getuid() != 0
    by_landlock = lost_by_landlock(situation, abi, facts.network)
    always = (s for s in LOST[situation] if not (facts.is_pool and s == NAMELESS))
    nested = ("jars may make user namespaces, without Landlock's file rules (nested)",)
    lost = (*map(str, obstacles), *always, *by_landlock, *(nested if facts.nested else ()))
    return Conditions(
        facts=facts,
        situation=situation,
        landlock_abi=abi,
        manager_uid=0 if is_zero else facts.manager_uid,
        manager_gid=0 if is_zero else facts.manager_gid,
        lost=lost,
        ways=ways_out(obstacles, os.getuid()),
    )


def _obvious(conditions: Conditions) -> Obstacle | None:
    """What needs no trial, and would look odd in one."""
    situation, facts = conditions.situation, conditions.facts
    found, needed = conditions.landlock_abi, LANDLOCK_NEEDED[situation]
    if MACHINE not in BY_MACHINE:
        return Obstacle(situation, "machine", f"no system call numbers for {MACHINE}")
    if found < needed:
        return Obstacle(situation, "landlock", f"Landlock ABI {found}, {needed} is needed")
    if conditions.has_own_network and not conditions.has_namespaces:
        return Obstacle(situation, "namespaces", _NETWORK_NEEDS_NAMESPACE.format(facts.network))
    if facts.nested and situation != "full":
        return Obstacle(situation, "nested", "nothing else keeps a nested sandbox in")
    if covering := [path for path in exposed(conditions) if _covers(path)]:
        return Obstacle(situation, "exposed", f"{covering[0]} is in the way of a jar's own folders")
    return _without_ids(conditions) if conditions.has_own_ids else None


_NETWORK_NEEDS_NAMESPACE = "network {!r} takes a network namespace, which cannot be made here"


def _covers(path: str) -> bool:
    return any(is_below(path, own) or is_below(own, path) for own in RESERVED)


def _without_ids(conditions: Conditions) -> Obstacle | None:
    try:
        if os.getuid() != 0:
            namespaces.subordinate_ranges(os.getuid())
    except NamespaceError as error:
        return Obstacle(conditions.situation, error.part, error.message)
    if conditions.facts.first_id is None:
        return Obstacle(conditions.situation, "range", "there are no ids to give to jars")
    return None
