"""Restart policies and health, as values: no process, no clock."""

from __future__ import annotations

import pytest

from genieagent.health import Check, Finding, Health
from genieagent.restarts import BURST, Policy, Restarts

GOOD, BAD, LATE = Finding(0, "ok"), Finding(1, "no"), Finding(None, "not done")
CHECK = Check(("true",), interval=30, timeout=30, start_period=10, retries=3)


@pytest.mark.parametrize("text", ["no", "always", "on-failure", "on-failure:3"])
def test_a_policy_is_written_as_it_is_read(text: str) -> None:
    """What the state keeps is what was typed."""
    assert str(Policy.parse(text)) == text


@pytest.mark.parametrize("text", ["", "yes", "always:2", "on-failure:", "on-failure:-1", "no:no"])
def test_no_policy(text: str) -> None:
    """Nothing else is one."""
    with pytest.raises(ValueError):
        Policy.parse(text)


@pytest.mark.parametrize(
    ("policy", "code", "again"),
    [
        pytest.param("no", 1, False, id="no"),
        pytest.param("on-failure", 0, False, id="success-is-no-failure"),
        pytest.param("on-failure", 137, True, id="killed-is-a-failure"),
        pytest.param("always", 0, True, id="always-after-success"),
    ],
)
def test_who_is_started_again(policy: str, code: int, again: bool) -> None:
    """The policy and the exit code decide."""
    assert Restarts().after(Policy.parse(policy), code, 100.0)[1] is again


def delays(policy: Policy, seconds: float) -> list[float]:
    """Of runs that all fail after so long, at most twenty."""
    restarts, again, found = Restarts(), True, []
    while again and len(found) < 20:
        restarts, again = restarts.after(policy, 1, seconds)
        found += [restarts.delay] if again else []
    assert again or restarts.gave_up
    return found


def test_delays_double_until_it_is_of_no_use() -> None:
    """From a tenth of a second on, and after BURST short runs no more."""
    found = delays(Policy("always"), 0.0)

    assert found == [0.1 * 2**n for n in range(BURST - 1)]


def test_a_limit() -> None:
    """on-failure:N starts it N times again."""
    assert len(delays(Policy("on-failure", 3), 0.0)) == 3


def test_a_long_run_begins_anew() -> None:
    """An app that lasted is started again at once, however often."""
    assert delays(Policy("on-failure"), 11.0) == [0.1] * 20


@pytest.mark.parametrize(
    ("findings", "state", "failing"),
    [
        pytest.param([], "starting", 0, id="no-check-yet"),
        pytest.param([(5, BAD)] * 4, "starting", 0, id="start-period-forgives"),
        pytest.param([(11, BAD)] * 2, "starting", 2, id="not-often-enough"),
        pytest.param([(11, BAD), (12, LATE), (13, BAD)], "unhealthy", 3, id="often-enough"),
        pytest.param([(1, GOOD)], "healthy", 0, id="healthy-at-once"),
        pytest.param([(1, GOOD), (2, BAD)], "healthy", 1, id="no-more-forgiving-once-healthy"),
        pytest.param([(1, GOOD), *[(2, BAD)] * 3], "unhealthy", 3, id="falls-ill"),
        pytest.param([*[(11, BAD)] * 5, (20, GOOD)], "healthy", 0, id="recovers"),
        pytest.param([(11, BAD), (12, BAD), (13, GOOD), (14, BAD)], "healthy", 1, id="in-a-row"),
    ],
)
def test_health(findings: list[tuple[float, Finding]], state: str, failing: int) -> None:
    """Docker's rules."""
    health = Health()
    for seconds_up, finding in findings:
        health = health.after(CHECK, finding, 1e9 + seconds_up, seconds_up)

    assert (health.state, health.failing) == (state, failing)
    assert health.last == (findings[-1][1] if findings else None)
