"""Guarantee 12: where a mechanism is missing nothing is started as if it were there."""

from __future__ import annotations

from attack_record import Attack
from tenancies import Tenancy

RAN = "it ran"


def run_without_landlock(tenancy: Tenancy) -> bool:
    """Is started where the kernel has no Landlock."""
    assert _runs_without("nothing", tenancy), "refused for another reason than the gap"
    return _runs_without("landlock", tenancy)


def run_without_filters(tenancy: Tenancy) -> bool:
    """Is started where the kernel has no seccomp filters."""
    return _runs_without("seccomp", tenancy)


def _runs_without(mechanism: str, tenancy: Tenancy) -> bool:
    return RAN in tenancy.inside_without(mechanism, f"echo {RAN}")


PLOTS = (
    Attack(run_without_landlock, 12),
    Attack(run_without_filters, 12),
)
