"""One layer of Landlock, cut to what this kernel's can do and what the facts ask for."""

from __future__ import annotations

from genieagent.conditions import Conditions
from genieagent.isolation import Landlock, Operation
from genieagent.landlock import (
    ANY_FREE_PORT,
    PORTS_ABI,
    RENAME_ABI,
    Allow,
    known_rights,
    known_scopes,
)


def landlock_layer(
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
