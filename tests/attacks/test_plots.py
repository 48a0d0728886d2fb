"""Every attack in which the manager has a part, in every situation, and without jars."""

from __future__ import annotations

import pytest
from attack_record import Attack
from attack_scenes import SITUATIONS
from machines import Kind
from plot_roster import PLOTS
from tenancies import PlainTenancy


@pytest.mark.parametrize("attack", PLOTS, ids=lambda attack: attack.name)
@pytest.mark.parametrize("kind", SITUATIONS, ids=lambda kind: kind.name)
def test_in_a_jar_it_comes_to_what_is_promised(attack: Attack, kind: Kind, in_jar) -> None:
    """What is promised is refused; what is not says why."""
    succeeded = bool(attack.program(in_jar(kind)))

    assert succeeded == (attack.expectation(kind.label or "").verdict != "refused")


@pytest.mark.parametrize("attack", PLOTS, ids=lambda attack: attack.name)
def test_without_a_jar_it_succeeds(attack: Attack, without_jar: PlainTenancy) -> None:
    """Else its failure in a jar would prove nothing."""
    assert attack.program(without_jar)
