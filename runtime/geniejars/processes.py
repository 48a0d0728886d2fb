"""Processes in jars, under the ancestor's names: what a Python program does with a pool.

Names are jars' names, not aliases (see `resolve_name`). Everything may raise UsageError for a jar
that is not allocated and MachineError where agents cannot be had.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from attrs import frozen

from genieagent.apprecord import read_record
from genieagent.restarts import Policy
from geniejars.apps import STOP_GRACE, link_log
from geniejars.client import AgentSession, AgentStatus
from geniejars.config import Config
from geniejars.environment import SEARCH_PATH, reach
from geniejars.errors import UsageError
from geniejars.events import Stream
from geniejars.home import Home
from geniejars.jars import list_agents
from geniejars.plan import JAR_VIEW, Health
from geniejars.prepared import App
from geniejars.pump import OnOutput
from geniejars.reception import open_session
from geniejars.shares import settle_shares
from geniejars.state import home_dir


@frozen
class Completed:
    """A command that has ended; its output is kept where it was captured."""

    exit_code: int
    stdout: bytes = b""
    stderr: bytes = b""


@frozen
class Detached:
    """A command that runs on, detached."""

    pid: int


def ensure_agent(config: Config, name: str) -> None:
    """See to a running agent; it is started by itself wherever one is needed."""
    open_jar(config, name).close()


def open_jar(config: Config, name: str) -> AgentSession:
    """A session with the jar's agent, to be closed."""
    return Home(config, name, _ignore, _ignore).connect("live")


def run_as(
    config: Config,
    name: str,
    cmd: str,
    args: Sequence[str] = (),
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    capture: bool = False,
    timeout: float | None = None,
    stdin: int | None = None,
) -> Completed:
    """Run a command in the jar to its end.

    Its output goes where this process's goes, unless it is captured. `cwd` is below the home,
    or absolute.

    >>> run_as(config, "jar001", "ls", ["-a"], capture=True).stdout
    """
    output = _Output(capture)
    with open_jar(config, name) as session:
        code = session.run(
            [cmd, *args],
            env=_environment(config, env),
            cwd=_below_home(config, name, session, cwd),
            timeout=timeout,
            stdin=stdin,
            on_output=output.take,
        )
    settle_shares(config, name)
    return output.completed(code)


def run_shell_as(
    config: Config,
    name: str,
    command: str,
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    capture: bool = False,
    timeout: float | None = None,
) -> Completed:
    """`run_as` of `sh -c COMMAND`."""
    return run_as(
        config, name, "sh", ["-c", command], cwd=cwd, env=env, capture=capture, timeout=timeout
    )


def start_as(
    config: Config,
    name: str,
    cmd: str,
    args: Sequence[str] = (),
    *,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    wait: bool = True,
    log_file: Path | None = None,
    on_started: Callable[[int], None] | None = None,
    stop_signal: str = "TERM",
    restart: Policy | None = None,
    health: Health | None = None,
) -> Completed | Detached:
    """Start the jar's main command, of which there is one at a time.

    Its output always goes to the jar's log (`log_file_path`); while this waits for its end also
    to `log_file`, or where this process's output goes. `restart`: whether the agent starts it
    again when it ends. Raises AgentError "running".
    """
    link_log(config, name)
    with open_jar(config, name) as session, _sink(log_file) as on_output:
        app = App(
            (cmd, *args),
            _environment(config, env),
            _below_home(config, name, session, cwd),
            stop_signal,
            restart or Policy(),
            health,
        )
        if wait:
            code = session.start_attached(
                app, on_output=on_output, on_started=on_started or _ignore
            )
            settle_shares(config, name)
            return Completed(code)
        pid = session.start(app)
    (on_started or _ignore)(pid)
    return Detached(pid)


def stop_process(config: Config, name: str, grace: float = STOP_GRACE) -> int:
    """End the main command; its exit code comes back. Raises AgentError "not-running"."""
    with open_jar(config, name) as session:
        code = session.stop(grace)
    settle_shares(config, name)
    return code


def agent_status(config: Config, name: str) -> AgentStatus:
    """What runs in the jar. No agent is started for the question: without one nothing runs, and
    how the app ended is what the last one has noted."""
    if any((a.jar, a.role) == (name, "live") for a in list_agents(config)):
        with open_session(config, name, "live") as session:
            return session.status()
    noted = read_record(home_dir(config, name).with_name("log")).without_agent
    return AgentStatus(
        exit=noted.exit,
        ended=noted.ended,
        restarts=noted.restarts,
        gave_up=noted.gave_up,
        lost=noted.lost,
    )


def normalize(config: Config, name: str, *, private: bool = False) -> int:
    """Open to the manager what the jar has made since its build, and to the jar what the manager
    put there; `private` entries too. How many entries changed comes back."""
    home = Home(config, name, _ignore, _ignore)
    home.hand_over()
    settle_shares(config, name)
    with home.connect("live") as session:
        return session.normalize(private=private)


def apply_acl(config: Config, name: str, path: str | Path) -> int:
    """The ancestor's way to share one path; homes have no ACLs any more, so this is `normalize`
    of the whole home. `path` must be in it."""
    if not Path(path).absolute().is_relative_to(home_dir(config, name)):
        raise UsageError(f"{path} is not in the home of {name}")
    return normalize(config, name)


def _environment(config: Config, env: Mapping[str, str] | None) -> dict[str, str]:
    return {"PATH": SEARCH_PATH, **reach(config), **(env or {})}


def _below_home(config: Config, name: str, session: AgentSession, cwd: str | None) -> str:
    """Relative to the home; one under the home's path, in the jar or outside, means the home."""
    if cwd is None or not cwd.startswith("/"):
        return cwd or ""
    for home in (session.home, str(home_dir(config, name)), JAR_VIEW.home):
        if PurePosixPath(cwd).is_relative_to(home):
            below = str(PurePosixPath(cwd).relative_to(home))
            return "" if below == "." else below
    raise UsageError(f"{cwd} is not in the home of {name}")


class _Output:
    """Keeps what a command writes, or passes it on."""

    def __init__(self, capture: bool):
        self._capture = capture
        self._kept: dict[Stream, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}

    def take(self, stream: Stream, data: bytes) -> None:
        if self._capture:
            self._kept[stream] += data
        else:
            pass_on(stream, data)

    def completed(self, code: int) -> Completed:
        return Completed(code, bytes(self._kept["stdout"]), bytes(self._kept["stderr"]))


def pass_on(stream: Stream, data: bytes) -> None:
    """To this process's own output, unbuffered, as if it were inherited."""
    view = memoryview(data)
    while view:
        view = view[os.write(1 if stream == "stdout" else 2, view) :]


@contextmanager
def _sink(log_file: Path | None) -> Iterator[OnOutput]:
    if log_file is None:
        yield pass_on
        return
    with log_file.open("ab", buffering=0) as file:
        yield lambda _stream, data: _ignore(file.write(data))


def _ignore(_: object) -> None:
    pass
