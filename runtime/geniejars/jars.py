"""What can be done to a jar as a whole: end it, empty it, keep a copy of its home."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from geniejars.config import Config
from geniejars.errors import MachineError, UsageError
from geniejars.folders import make_folder
from geniejars.locks import locked
from geniejars.reception import ask_if_running, connect, open_session, reach_server
from geniejars.server_link import RunningAgent, ServerLink
from geniejars.situation import Situation
from geniejars.state import changing_state, read_state
from geniejars.views import note_situation, noted_situation


def list_agents(config: Config) -> tuple[RunningAgent, ...]:
    """The agents that run; none is started for the question."""
    return ask_if_running(config, lambda server: server.hello().agents, ())


def server_pid(config: Config) -> int | None:
    """The process that starts agents on demand; None where none runs."""
    return ask_if_running(config, lambda server: server.hello().pid, None)


def find_situation(config: Config) -> Situation:
    """How jars are confined here; raises MachineError with the ways out where they cannot be."""
    with reach_server(config) as server:
        situation = server.situation()
    if noted_situation(config) != situation.name:  # the note is damaged: keys are made of it
        note_situation(config, situation.name)
    return situation


def end_jar(config: Config, name: str) -> None:
    """End everything that runs in a jar, daemons included; fine where nothing does."""
    ask_if_running(config, lambda server: server.end(name), None)


def shut_down(config: Config) -> None:
    """End every jar, apps kindly for `shutdownGraceMs`, then zygote and server."""

    def end_all(server: ServerLink) -> None:
        _stop_apps(config, server.hello().agents)
        server.shut_down()

    ask_if_running(config, end_all, None)


def _stop_apps(config: Config, agents: Iterable[RunningAgent]) -> None:
    """All at once; what is left when their time is over ends with its jar."""
    live = [agent.jar for agent in agents if agent.role == "live"]
    stoppers = [threading.Thread(target=_stop_app, args=(config, jar)) for jar in live]
    for stopper in stoppers:
        stopper.start()
    for stopper in stoppers:
        stopper.join()


def _stop_app(config: Config, name: str) -> None:
    # No app, or no agent any more: that is what was wanted.
    with suppress(MachineError), open_session(config, name, "live") as session:
        session.stop(config.shutdown_grace_ms / 1000)


def clear_home(config: Config, name: str) -> None:
    """End everything in the jar and empty it: home, caches, logs, private folders."""
    with locked(config.socket_dir / f"{name}.clear.lock"):
        with reach_server(config) as server:
            server.wipe(name)
        with changing_state(config) as state:
            entry = state["pool"][name]
            entry["uncleared"], entry["tree"], entry["pending"] = False, None, None


def clear_if_left(config: Config, name: str) -> None:
    """Whoever opens a jar first after an interrupted `allocate` finishes that one's work."""
    if read_state(config)["pool"][name]["uncleared"]:
        clear_home(config, name)


def backup_home(config: Config, name: str) -> Path:
    """Write the home to a tar.gz in the backup folder; its path comes back."""
    make_folder(config.backup_dir, 0o700)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    partial = config.backup_dir / f".{name}-{stamp}-{os.getpid()}.partial"
    try:
        digest = _write_backup(config, name, partial)
        return partial.rename(config.backup_dir / f"{name}-{stamp}-{digest[:8]}.tar.gz")
    finally:
        partial.unlink(missing_ok=True)


def restore_home(
    config: Config,
    name: str,
    archive: Path,
    *,
    on_backup: Callable[[Path], None] | None = None,
) -> None:
    """Replace the home by what an archive of `backup_home` holds.

    With `on_backup` what is there is backed up first, and the new archive told to it. The last
    build stays known: what it made and the archive has otherwise is what `geniejars diff` lists.
    Raises UsageError for a file that cannot be read or a jar in which something runs, and, before
    the home is touched, AgentError for an archive that is damaged or unsafe.
    """
    with _opened(archive) as descriptor, connect(config, name, "live") as session:
        status = session.status()
        if status.is_up or status.sessions:
            raise UsageError(f"something runs in {name}", help="geniejars app down ends its app")
        if on_backup is not None:
            on_backup(backup_home(config, name))
        session.restore(descriptor)


@contextmanager
def _opened(archive: Path) -> Iterator[int]:
    try:
        descriptor = os.open(archive, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"cannot read {archive}: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write_backup(config: Config, name: str, path: Path) -> str:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "rb") as file, connect(config, name, "live") as session:
        session.backup(descriptor)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
