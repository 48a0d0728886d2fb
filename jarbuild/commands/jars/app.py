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
    Home,
    MachineError,
    Policy,
    UsageError,
    agent_status,
    keep_restart_policy,
    link_log,
    prepared_app,
    settle_shares,
    stop_process,
)
from jarbuild.arguments import Parser, one_of
from jarbuild.commands.jars.attached import handled, writer
from jarbuild.commands.jars.opened import open_home
from jarbuild.commands.jars.startup import start, wait_until_healthy
from jarbuild.display.app_status import status_as_object, status_lines
from jarbuild.display.controls import escaped
from jarbuild.display.screen import Screen

SUMMARY = """\
The jar's app, which is the CMD of its last build. `up` shows what it writes
until it ends; Ctrl-C ends it. With -n it runs on, and its log is kept.
With --restart it is started again after 0.1 s, 0.2 s, 0.4 s…, until ten runs
in a row were shorter than 10 s. `status` tells of that and of HEALTHCHECK."""
EXAMPLES = (
    "geniejars app up --wait myapp_1",
    "geniejars app up -n --restart on-failure:3 myapp_1",
)


def options(parser: Parser) -> None:
    parser.add_argument("-n", "--nowait", action="store_true", help="up: return when it runs")
    parser.add_argument(
        "--wait", action="store_true", help="up, restart: return when it is healthy"
    )
    parser.add_argument(
        "--restart",
        metavar="POLICY",
        type=policy,
        help="up, restart: no, always, on-failure[:N]; is kept",
    )
    parser.add_argument("--json", action="store_true", help="status: for programs")
    parser.add_argument("action", metavar="up|down|restart|status", type=one_of(*ACTIONS))
    parser.add_argument("jar", metavar="JAR", nargs="?", help="name or alias")


def policy(word: str) -> Policy:
    try:
        return Policy.parse(word)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{word!r} is none of no, always, on-failure, on-failure:N"
        ) from None


def run(arguments: argparse.Namespace, screen: Screen) -> int:
    if arguments.action not in ("up", "restart"):
        _refuse_options_of_a_start(arguments)
    home = open_home(arguments.jar, screen)
    if arguments.restart is not None:
        keep_restart_policy(home.config, home.name, arguments.restart)
    return ACTIONS[arguments.action](home, arguments, screen)


def _refuse_options_of_a_start(arguments: argparse.Namespace) -> None:
    for option in ("restart", "wait"):
        if getattr(arguments, option):
            raise UsageError(
                f"--{option} goes with up and restart",
                help=f"geniejars app up --{option}{' POLICY' if option == 'restart' else ''}",
            )


def _up(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    if not (arguments.nowait or arguments.wait):
        return _attend(home, screen)
    _start(home, screen, wait=arguments.wait)
    screen.print([home.name])
    return 0


def _down(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    was_up = _stop(home)
    screen.print([f"Stopped: {home.name}" if was_up else f"Not running: {home.name}"])
    return 0


def _restart(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    prepared_app(home.config, home.name)  # nothing ends that cannot start again
    _stop(home)
    _start(home, screen, wait=arguments.wait)
    screen.print([f"Restarted: {home.name}"])
    return 0


def _status(home: Home, arguments: argparse.Namespace, screen: Screen) -> int:
    """0 where it runs, 1 where it does not."""
    status, now = agent_status(home.config, home.name), time.time()
    if arguments.json:
        screen.print([json.dumps(status_as_object(home.name, status, now), indent=2)])
    else:
        screen.print(map(escaped, status_lines(home.name, status, now)))
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
            app,
            on_output=writer(screen),
            on_started=lambda pid: _tell_start(home, pid, screen),
        )
    settle_shares(home.config, home.name)
    return 0 if stopped.is_set() else code


def _start(home: Home, screen: Screen, *, wait: bool) -> None:
    _tell_start(home, start(home), screen)
    if wait:
        screen.note(f"[geniejars] {home.name} is {wait_until_healthy(home)}")


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
