"""An app that is looked after, by the commands and in every situation: health and restarts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from builds import build
from machines import Machine

JFILE = """\
WORKDIR srv
HEALTHCHECK --interval=100ms --retries=2 CMD echo "checked in $(basename $PWD)" && test -e well
CMD ["sh", "-c", "touch well; echo up; while ! rm die; do sleep 0.1; done 2>/dev/null; exit 9"]
"""
SECONDS = 60.0


def status_when(
    machine: Machine, jar: str, holds: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    """The first status that is so."""
    deadline = time.monotonic() + SECONDS
    while True:
        done = machine.run("geniejars", "app", "status", "--json", jar)
        found: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if found["running"] else 1)
        if holds(found):
            return found
        assert time.monotonic() < deadline, found


def test_an_app_is_looked_after(machine: Machine) -> None:
    """It is healthy, falls ill, and is started again when it dies, until somebody stops it."""
    folder = machine.home / "app"
    folder.mkdir()
    (folder / "JFile").write_text(JFILE)
    machine.own(folder)
    built = build(machine, folder, "--wait")
    jar = built.done["jar"]
    machine.run("geniejars", "app", "restart", "--wait", "--restart", "always", jar)
    well = status_when(machine, jar, lambda s: s["running"])
    shown = machine.run("geniejars", "status").stdout
    machine.run("geniejars", "exec", jar, "rm srv/well")
    ill = status_when(machine, jar, lambda s: s["health"]["state"] == "unhealthy")
    machine.run("geniejars", "exec", jar, "touch srv/die")
    again = status_when(machine, jar, lambda s: s["running"] and s["restarts"] == 1)
    down = machine.run("geniejars", "app", "down", jar)
    last = machine.run("geniejars", "app", "status", jar)
    log = machine.run("geniejars", "logs", jar).stdout

    assert built.done["ok"] and well["health"]["state"] == "healthy", well
    assert well["health"]["output"].startswith("checked in srv"), well
    assert f"running (pid {well['pid']}, healthy)" in shown
    assert (ill["health"]["exit"], ill["restarts"]) == (1, 0)
    assert (again["exit"], again["pid"] != well["pid"]) == (9, True)
    assert down.stdout == f"Stopped: {jar}\n"
    assert last.returncode == 1 and "last exit code 143, restarted 1 time" in last.stdout, last
    assert log == "up\nup\njar: the app ended with exit code 9; restart 1 in 0.1 s\nup\n"
