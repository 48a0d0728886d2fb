"""What lives in a home that a build is about to change: its app may be ended, people never are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geniejars.apps import STOP_GRACE
from geniejars.errors import StepFailedError

if TYPE_CHECKING:
    from geniejars.client import AgentSession, AgentStatus


class HomeInUseError(StepFailedError):
    """Something lives in the home that the build would pull away from under it."""

    code = "in-use"


def make_way(home: AgentSession, need: str, *, restart: bool) -> bool:
    """See to it that nothing lives there; true when the app was ended for it.

    Raises HomeInUseError, which says what does and what the build needs, unless it is the app
    alone and `restart` is wished.
    """
    status = home.status()
    if not (status.is_up or status.sessions):
        return False
    if status.sessions or not restart:
        raise HomeInUseError(
            f"{_living(status)} uses the home, and {need}",
            help="--restart ends the app, changes the home and starts it again; a session of a"
            " person is never ended: leave it first",
        )
    home.stop(STOP_GRACE)
    return True


def _living(status: AgentStatus) -> str:
    living = [f"pid {s.pid}: {' '.join(s.argv)}" for s in status.sessions]
    living += [f"the app (pid {status.pid})" if status.pid else "the app"] if status.is_up else []
    return "; ".join(living)
