"""Every attack that a workload can make alone, in every situation, and without a jar."""

from __future__ import annotations

import pytest
from attack_record import Attack
from attack_roster import PROGRAMS
from attack_scenes import CONTROLS, SITUATIONS
from machines import Kind, is_root

EXPECTED = {"refused": "refused", "harmless": "succeeded", "not promised": "succeeded"}
PROVABLE = [attack for attack in PROGRAMS if is_root() or not attack.needs_root]


@pytest.mark.parametrize("attack", PROGRAMS, ids=lambda attack: attack.name)
@pytest.mark.parametrize("kind", SITUATIONS, ids=lambda kind: kind.name)
def test_in_a_jar_it_comes_to_what_is_promised(attack: Attack, kind: Kind, from_inside) -> None:
    """What is promised is refused; what is not says why."""
    outcome = from_inside(kind)[attack.name]

    assert outcome.outcome == EXPECTED[attack.expectation(kind.label or "").verdict], outcome.detail


@pytest.mark.parametrize("attack", PROVABLE, ids=lambda attack: attack.name)
def test_without_a_jar_it_succeeds(attack: Attack, from_beside) -> None:
    """Else its failure in a jar would prove nothing."""
    manager = CONTROLS[-1 if attack.needs_root else 0]
    outcome = from_beside(manager, manager)[attack.name]

    assert outcome.outcome == "succeeded", outcome.detail
