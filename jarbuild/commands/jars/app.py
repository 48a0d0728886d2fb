"""`geniejars app`: the CMD of a jar's last build."""

from __future__ import annotations

import argparse
import json
import signal
import threading
import time
from contextlib import suppress
from types import FrameType

from geniejars import (
    STOP_GRACE,
    AgentError,
    AgentSession,
    AgentStatus,
    Home,
    MachineError,
    StepFailedError,
    agent_status,
    link_log,
    prepared_app,
    stop_process,
)
from jarbuild.arguments import Parser, one_of
from jarbuild.commands.jars.attached import handled, writer
from jarbuild.commands.jars.opened import open_home
from jarbuild.display.quantities import counted, seconds
from jarbuild.display.screen import Screen

SUMMARY = """\
The jar's app, which is the CMD of its last build. `up` shows what it writes
until it ends; Ctrl-C ends it. With -n it runs on, and its log is kept."""
EXAMPLES = ("geniejars app up -n myapp_1", "geniejars app status --json myapp_1")

PROBES = 4
PROBE_SECONDS = 0.05
"""An app that cannot work at all has mostly ended after a fifth of a second."""


def options(parser: Parser) -> None:
    parser.add_argument("-n", "--nowait", action="store_true", help="up: return when it runs")
    parser.add_argument("--json", action="store_true", help="status: for programs")
    parser.add_argument("action", metavar="up|down|restart|status", type=one_of(*ACTIONS))
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    return ACTIONS[arguments.action](open_home(arguments.jar, screen), arguments, screen)


def _up(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    if not arguments.nowait:
        return _attend(home, screen)
    _start(home, screen)
    screen.print([home.name])
    return 0


def _down(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    was_up = _stop(home)
    screen.print([f"Stopped: {home.name}" if was_up else f"Not running: {home.name}"])
    return 0


def _restart(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    prepared_app(home.config, home.name)  # nothing ends that cannot start again
    _stop(home)
    _start(home, screen)
    screen.print([f"Restarted: {home.name}"])
    return 0


def _status(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    """0 where it runs, 1 where it does not."""
    status = agent_status(home.config, home.name)
    text = json.dumps(_as_object(home, status)) if arguments.json else _sentence(home, status)
    screen.print([text])
    return 0 if status.running else 1


ACTIONS = {"up": _up, "down": _down, "restart": _restart, "status": _status}


def _attend(home: Home, screen: Screen) -> int:
    """0 when it was ended by Ctrl-C, as it is meant to be; else the app's own exit code."""
    app = prepared_app(home.config, home.name)
    link_log(home.config, home.name)
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        """From another thread and over another session: ours still shows the app's last words.
        The next signal does what it always does."""
        signal.signal(signum, before[signum])
        stopped.set()
        threading.Thread(target=_stop_quietly, args=(home,)).start()

    with home.connect("live") as session, handled((signal.SIGINT, signal.SIGTERM), stop) as before:
        code = session.start_attached(
            app.argv,
            env=app.env,
            cwd=app.cwd,
            stop_signal=app.stop_signal,
            on_output=writer(screen),
            on_started=lambda pid: _tell_start(home, pid, screen),
        )
    return 0 if stopped.is_set() else code


def _start(home: Home, screen: Screen) -> None:
    """Start it to run on; raises StepFailedError where it fails at once."""
    app = prepared_app(home.config, home.name)
    link_log(home.config, home.name)
    with home.connect("live") as session:
        pid = session.start(app.argv, env=app.env, cwd=app.cwd, stop_signal=app.stop_signal)
        _check_that_it_lives(home, session)
    _tell_start(home, pid, screen)


def _check_that_it_lives(home: Home, session: AgentSession) -> None:
    for _ in range(PROBES):
        time.sleep(PROBE_SECONDS)
        status = session.status()
        if not status.running and status.exit:
            raise StepFailedError(
                f"the app of {home.name} ended at once with exit code {status.exit}",
                help=f"geniejars logs {home.name} shows what it wrote",
            )


def _stop(home: Home) -> bool:
    """False where nothing ran."""
    try:
        stop_process(home.config, home.name, STOP_GRACE)
    except AgentError as error:
        if error.code != "not-running":
            raise
        return False
    return True


def _stop_quietly(home: Home) -> None:
    with suppress(MachineError):  # it ended by itself
        _stop(home)


def _tell_start(home: Home, pid: int, screen: Screen) -> None:
    screen.note(f"[geniejars] {home.name} started (pid {pid})")


def _sentence(home: Home, status: AgentStatus) -> str:
    if status.running and status.started is not None:
        up = seconds(max(0.0, time.time() - status.started))
        processes = counted(status.processes, "process", "processes")
        return f"{home.name}: running (pid {status.pid}) for {up}, {processes} in the jar"
    last = "" if status.exit is None else f", last exit code {status.exit}"
    return f"{home.name}: stopped{last}"


def _as_object(home: Home, status: AgentStatus) -> dict[str, object]:
    return {
        "jar": home.name,
        "running": status.running,
        "pid": status.pid,
        "started": status.started,
        "exit": status.exit,
        "processes": status.processes,
    }
