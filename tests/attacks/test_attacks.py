"""Every attack, in every situation and without a jar, and the page that tells of them."""

from __future__ import annotations

import pytest
from attack_record import Attack
from attack_report import PAGE, PLAIN, named_attacks
from attack_roster import NETWORKED, PROGRAMS
from attack_scenes import CONTROLS
from machines import Kind, is_root
from plot_roster import PLOTS
from situations import PLAIN as PLAIN_USER
from situations import POOL, SITUATIONS
from tenancies import PlainTenancy

PROVABLE = [a for a in (*PROGRAMS, *NETWORKED) if is_root() or not a.needs_root]
WITH_NETWORKS = [kind for kind in SITUATIONS if kind is not POOL]
"""A pool has one network, which root chose."""
NESTING = [kind for kind in WITH_NETWORKS if kind.label == "full"]


def may_succeed(attack: Attack, kind: Kind) -> bool:
    """What is promised is refused; what is not has a reason."""
    return attack.expectation(kind.label or "").verdict != "refused"


@pytest.mark.parametrize("attack", PROGRAMS, ids=lambda attack: attack.name)
@pytest.mark.parametrize("kind", SITUATIONS, ids=lambda kind: kind.name)
def test_a_workload_alone(attack: Attack, kind: Kind, from_inside, noted) -> None:
    """What a workload tries in its jar comes to what is promised."""
    outcome = from_inside(kind)[attack.name]
    noted[attack.name, kind.name] = outcome.outcome == "succeeded"

    assert outcome.outcome != "broken", outcome.detail
    assert (outcome.outcome == "succeeded") == may_succeed(attack, kind), outcome.detail


@pytest.mark.parametrize("attack", NETWORKED, ids=lambda attack: attack.name)
@pytest.mark.parametrize("kind", WITH_NETWORKS, ids=lambda kind: kind.name)
def test_a_workload_in_its_own_network(attack: Attack, kind: Kind, from_own_network, noted) -> None:
    """With "filtered" it reaches what is listed and nothing else, with "none" not even that."""
    filtered = from_own_network(kind, "filtered")[attack.name]
    none = from_own_network(kind, "none")[attack.name]
    noted[attack.name, kind.name] = filtered.outcome == "succeeded"

    assert (filtered.outcome == "succeeded") == may_succeed(attack, kind), filtered.detail
    assert "broken" not in (filtered.outcome, none.outcome), (filtered.detail, none.detail)
    assert none.outcome == "refused"


@pytest.mark.parametrize("kind", NESTING, ids=lambda kind: kind.name)
def test_a_workload_with_nested(kind: Kind, scene_of) -> None:
    """Root in a namespace of its own has made that namespace, and can do no more than others."""
    outcomes = scene_of(kind).attacked_with_nested()
    succeeded = {name for name, outcome in outcomes.items() if outcome.outcome == "succeeded"}
    promised = {attack.name for attack in PROGRAMS if not may_succeed(attack, kind)}

    assert succeeded & promised == {"enter-user-namespace"}
    assert len(outcomes) == len(PROGRAMS)
    assert "broken" not in {outcome.outcome for outcome in outcomes.values()}


@pytest.mark.parametrize("attack", PROVABLE, ids=lambda attack: attack.name)
def test_a_process_without_a_jar(attack: Attack, from_beside) -> None:
    """The same attack succeeds: else its failure in a jar would prove nothing."""
    manager = CONTROLS[-1 if attack.needs_root else 0]
    outcome = from_beside(manager, manager)[attack.name]

    assert outcome.outcome == "succeeded", outcome.detail


@pytest.mark.parametrize("attack", PLOTS, ids=lambda attack: attack.name)
@pytest.mark.parametrize("kind", SITUATIONS, ids=lambda kind: kind.name)
def test_a_manager_with_jars(attack: Attack, kind: Kind, in_jar, noted) -> None:
    """What a tenant makes of the manager's work comes to what is promised."""
    succeeded = bool(attack.program(in_jar(kind)))
    noted[attack.name, kind.name] = succeeded

    assert succeeded == may_succeed(attack, kind)


@pytest.mark.parametrize("attack", PLOTS, ids=lambda attack: attack.name)
def test_a_manager_without_jars(attack: Attack, without_jar: PlainTenancy, noted) -> None:
    """The same attack succeeds: else its failure in a jar would prove nothing."""
    noted[attack.name, PLAIN] = bool(attack.program(without_jar))

    assert noted[attack.name, PLAIN]


@pytest.mark.skipif(not is_root(), reason="takes two users")
def test_a_plain_user_is_no_jar(from_beside, noted) -> None:
    """Most attacks that a jar refuses succeed for a system user of its own."""
    outcomes = from_beside(CONTROLS[0], PLAIN_USER)
    noted |= {(name, PLAIN): o.outcome == "succeeded" for name, o in outcomes.items()}

    assert sum(o.outcome == "succeeded" for o in outcomes.values()) > 20


def test_the_page_tells_of_every_attack() -> None:
    """docs/attacks.md is made anew by `python -m pytest tests/attacks --attack-report`."""
    assert sorted(named_attacks(PAGE.read_text())) == sorted(
        attack.name for attack in (*PROGRAMS, *NETWORKED, *PLOTS)
    )
