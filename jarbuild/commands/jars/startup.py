"""From an app's start until it is known to work: it lives, and where that is asked, is healthy."""

from __future__ import annotations

import time
from collections.abc import Iterable

from geniejars import (
    AgentSession,
    AgentStatus,
    AppHealth,
    Home,
    StepFailedError,
    link_log,
    prepared_app,
)
from jarbuild.display.app_status import health_lines
from jarbuild.display.controls import escaped
from jarbuild.display.quantities import counted

PROBES = 4
PROBE_SECONDS = 0.05
"""An app that cannot work at all has mostly ended after a fifth of a second."""

HEALTH_SECONDS = 0.2
"""Between two looks at an app that is not healthy yet."""

LAST_LINES = 5
"""Of the log, to say why it has ended."""


def start(home: Home) -> int:
    """Start CMD to run on; its pid. Raises StepFailedError where it fails at once."""
    app = prepared_app(home.config, home.name)
    link_log(home.config, home.name)
    with home.connect("live") as session:
        pid = session.start(app)
        for _ in range(PROBES):
            time.sleep(PROBE_SECONDS)
            status = session.status()
            if not status.is_up and status.exit:
                raise _ended(home, session, status, "at once")
    return pid


def wait_until_healthy(home: Home) -> str:
    """Wait as long as its HEALTHCHECK takes; what it has become, in words.

    Raises StepFailedError where the app is unhealthy, which it may still recover from, or ended.
    """
    with home.connect("live") as session:
        while (status := session.status()).is_up:
            if status.running and status.health is None:
                return "running; it has no HEALTHCHECK to wait for"
            if status.health is not None and status.health.state != "starting":
                return _judged(home, status.health)
            time.sleep(HEALTH_SECONDS)
        raise _ended(home, session, status, "before it was healthy,")


def _ended(home: Home, session: AgentSession, status: AgentStatus, when: str) -> StepFailedError:
    return StepFailedError(
        f"the app of {home.name} ended {when} with exit code {status.exit}"
        f"{_block(_last_words(session))}",
        help=f"geniejars logs {home.name} shows all that it wrote",
    )


def _judged(home: Home, health: AppHealth) -> str:
    if health.state == "healthy":
        return health.state
    raise StepFailedError(
        f"the app of {home.name} is unhealthy: {counted(health.failing, 'failed check')} in a row"
        f"{_block(health_lines(health, time.time()))}",
        help=f"it still runs: see geniejars logs {home.name}; geniejars app down ends it",
    )


def _last_words(session: AgentSession) -> list[str]:
    written = bytearray()
    session.log(lambda _stream, data: written.extend(data), lines=LAST_LINES)
    return written.decode(errors="replace").split("\n")


def _block(lines: Iterable[str]) -> str:
    return "".join(f"\n  {escaped(line)}" for line in lines if line)
