"""Talks to one agent: a method for each request of the protocol (runtime/PROTOCOL.md).

This module moves bytes and decides nothing. A session is for one thread at a time.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from types import TracebackType
from typing import Any, Literal

from attrs import asdict, define, field

from genieagent.trees import Digest, Entry, Path, Tree, sha256
from genieagent.wire import Received, batches
from geniejars.answers import AgentStatus, AppHealth, Applied, Drift, Session
from geniejars.command import Terminal, attend
from geniejars.conversation import Conversation, greet
from geniejars.operation_batches import After, OpenedOperation, send_operations
from geniejars.plan import CacheFolder
from geniejars.prepared import App
from geniejars.pump import OnOutput, Pump
from geniejars.results import LayerFile

__all__ = ["AgentSession", "AgentStatus", "AppHealth", "Applied", "Drift", "Session"]

Place = Literal["home", "root"]

LinkGroups = tuple[tuple[Path, ...], ...]


@define
class AgentSession:
    """A conversation with a jar's agent of one role; a context manager.

    Every method may raise AgentError (the agent's own refusal, see its `code`), AgentLostError
    and InternalError. `home` is the home's path inside the jar; `notice` is something the
    manager should be told, or None.
    """

    jar: str
    role: str
    situation: str
    home: str
    agent_pid: int
    notice: str | None
    _talk: Conversation
    _is_started: bool = field(default=False, init=False)
    _unsaid: list[tuple[str, Mapping[str, Any]]] = field(factory=list, init=False)

    @classmethod
    def open(cls, connection: socket.socket, jar: str, notice: str | None = None) -> AgentSession:
        """Say hello on a connected socket, which becomes the session's."""
        talk, hello = greet(connection, jar)
        said = hello.message
        return cls(
            jar, said["role"], said["situation"], said["home"], said["pid"], notice, talk
        )  # fmt: skip

    def close(self) -> None:
        """A command that `run` waits for is ended by its agent."""
        self._talk.close()

    def __enter__(self) -> AgentSession:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        on_output: OnOutput,
        cwd: str | bytes = "",
        timeout: float | None = None,
        mounts: Iterable[CacheFolder] = (),
        stdin: int | None = None,
        tty: Terminal | None = None,
    ) -> int:
        """Run a command to its end; its exit code (128 + n for a signal) comes back.

        `cwd` is below the home; `stdin` a descriptor to read the command's input from. With a
        `tty` all output counts as stdout. Raises TimedOutError. `send_signal` and `resize` may
        be called meanwhile, from a signal handler; an exception (Ctrl-C) leaves the command
        running until the session is closed.
        """
        self._is_started = False
        sink = None
        if stdin is None or tty is not None:
            self._ask_run(argv, env, cwd, timeout, mounts, tty=tty)
        else:
            sink = self._ask_run_with_input(argv, env, cwd, timeout, mounts)
        started = self._talk.hear()
        self._say_late()
        return attend(self._talk, started, on_output, stdin, sink)

    def run_detached(
        self, argv: Sequence[str], *, env: Mapping[str, str], cwd: str | bytes = ""
    ) -> int:
        """Start a command that stays when the session ends; its pid in the jar comes back."""
        self._ask_run(argv, env, cwd, None, (), detach=True)
        return self._started()

    def send_signal(self, name: str) -> None:
        """To the command that `run` waits for: "INT", "TERM"…"""
        self._say("signal", {"name": name})

    def resize(self, rows: int, cols: int) -> None:
        """The terminal of the command that `run` waits for has another size now."""
        self._say("resize", {"rows": rows, "cols": cols})

    def _say(self, message: str, fields: Mapping[str, Any]) -> None:
        """At once, or where the command has not started yet as soon as it has."""
        if self._is_started:
            self._talk.ask(message, **fields)
        else:
            self._unsaid.append((message, fields))

    def _say_late(self) -> None:
        self._is_started = True
        while self._unsaid:
            message, fields = self._unsaid.pop(0)
            self._talk.ask(message, **fields)

    def start(self, app: App) -> int:
        """Start the jar's main command, detached, its output in the log; its pid comes back.

        AgentError "running" where one runs.
        """
        self._ask_start(app, attach=False)
        return self._started()

    def start_attached(
        self, app: App, *, on_output: OnOutput, on_started: Callable[[int], None]
    ) -> int:
        """Start the main command and stay with it; its exit code comes back.

        It lives on when the session ends; `stop` it from another one.
        """
        self._ask_start(app, attach=True)
        started = self._talk.hear()
        on_started(started.message["pid"])
        return attend(self._talk, started, on_output)

    def stop(self, grace: float) -> int:
        """End the main command, kindly for `grace` seconds; its exit code comes back.

        AgentError "not-running" where none runs.
        """
        return int(self._request("stop", grace=grace)["code"])

    def status(self) -> AgentStatus:
        return AgentStatus.of(self._request("status"))

    def log(self, on_output: OnOutput, *, lines: int | None = None, follow: bool = False) -> None:
        """The last `lines` of the main command's log, or all; `follow` never ends by itself."""
        self._talk.ask("log", lines=lines, follow=follow)
        descriptors = self._talk.carriers(self._talk.hear())
        pump = Pump({descriptors[0]: "stdout"}, on_output)
        try:
            pump.run(self._talk.channel.fileno(), self._is_answered)
        finally:
            pump.close()
            os.close(descriptors[0])

    def end(self) -> None:
        """End everything in the jar, the agent included."""
        self._request("end")

    def scan(self, place: Place, *, anew: bool = False) -> Tree:
        """What is there now; `objects` has its folders until the next scan.

        With `anew` every content is read, whatever is known of it.
        """
        self._talk.ask("scan", place=place, anew=anew)
        *links, last = self._hear_until("scanned")
        return Tree(last.message["root"], _link_groups(links))

    def objects(self, digests: Iterable[Digest]) -> dict[Digest, bytes]:
        """Folder objects of this session's last scan, or of the build that `drift` looked at.

        AgentError for one that is in neither.
        """
        found: dict[Digest, bytes] = {}
        for batch in batches(digests):
            said = self._request("objects", digests=batch)
            content = BytesIO(self._talk.hear_content(said["size"]))
            found.update((digest, content.read(size)) for digest, size in said["digests"])
        return found

    def drift(self, persist: Iterable[str] = (), *, anew: bool = False) -> Drift:
        """How the home differs from what the last build made of it; what is at or below `persist`
        is left out as long as it is there. `anew` as in `scan`."""
        self._talk.ask("drift", persist=list(persist), anew=anew)
        *rest, last = self._hear_until("drift")
        entries = tuple(_drifted(row) for a in rest for row in a.message.get("entries", ()))
        root = last.message["root"]
        return Drift(None if root is None else Tree(root, _link_groups(rest)), entries)

    def apply(
        self,
        place: Place,
        tree: Tree,
        operations: Iterable[OpenedOperation],
        *,
        persist: Iterable[str] = (),
        after: After | None = None,
    ) -> Applied:
        """Change a place, which is `tree` afterwards; a home under a journal, all or nothing.

        Each operation comes with a function that opens the descriptor it reads, or None. It is
        called late; `after(operation, descriptor)` once the agent has read, before the close.
        Paths below `persist` are only written where nothing is.
        """
        self._talk.ask("apply", place=place, root=tree.root, persist=list(persist))
        for groups in batches([list(map(os.fsdecode, group)) for group in tree.links]):
            self._talk.ask("links", links=groups)
        send_operations(self._talk, operations, after)
        said = self._request("commit")
        return Applied(tuple(said["backed_up"]), said["backup"])

    def pack(self, place: Place, paths: Iterable[Path], descriptor: int) -> list[LayerFile]:
        """Write these entries as a tar to an empty file; where the contents lie comes back."""
        self._talk.ask("pack", [descriptor], place=place)
        for batch in batches(map(os.fsdecode, paths)):
            self._talk.ask("paths", paths=batch)
        self._talk.ask("commit")
        *answers, _ = self._hear_until("packed")
        rows = (row for answer in answers for row in answer.message["files"])
        return [LayerFile(os.fsencode(path), *rest) for path, *rest in rows]

    def read(self, place: Place, path: Path, limit: int) -> tuple[bytes, int]:
        """At most `limit` bytes of a file, and its whole size."""
        said = self._request("read", place=place, path=os.fsdecode(path), limit=limit)
        return self._talk.hear_content(said["size"]), said["total"]

    def normalize(self, *, private: bool = False) -> int:
        """Open to the manager what the jar has made since; `private` entries too. A count."""
        return int(self._request("normalize", private=private)["changed"])

    def backup(self, descriptor: int) -> None:
        """Write the home to a file as tar.gz."""
        self._request("backup", [descriptor])

    def restore(self, descriptor: int) -> None:
        """The inverse, into an emptied home."""
        self._request("restore", [descriptor])

    def _ask_run_with_input(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str | bytes,
        timeout: float | None,
        mounts: Iterable[CacheFolder],
    ) -> int:
        """What to write the command's input into: a pipe.

        Never the manager's own descriptor: a workload could reopen the file behind it.
        """
        reader, writer = os.pipe()
        try:
            os.set_blocking(writer, False)
            self._ask_run(argv, env, cwd, timeout, mounts, stdin=reader)
        except BaseException:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        return writer

    def _ask_run(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str | bytes,
        timeout: float | None,
        mounts: Iterable[CacheFolder],
        *,
        stdin: int | None = None,
        tty: Terminal | None = None,
        detach: bool = False,
    ) -> None:
        self._talk.ask(
            "run",
            [] if stdin is None else [stdin],
            argv=list(argv),
            env=dict(env),
            cwd=os.fsdecode(cwd),
            timeout=timeout,
            tty=None if tty is None else {"rows": tty.rows, "cols": tty.cols},
            stdin=stdin is not None,
            detach=detach,
            # An id may hold anything, a path most of all; the agent's is the name of a folder.
            mounts=[
                {"id": sha256(os.fsencode(m.id)), "target": os.fsdecode(m.target)} for m in mounts
            ],
        )

    def _ask_start(self, app: App, *, attach: bool) -> None:
        self._talk.ask(
            "start",
            argv=list(app.argv),
            env=dict(app.env),
            cwd=os.fsdecode(app.cwd),
            stop_signal=app.stop_signal,
            attach=attach,
            restart={"when": app.restart.when, "limit": app.restart.limit},
            health=None if app.health is None else asdict(app.health),
        )

    def _started(self) -> int:
        pid = self._talk.hear().message["pid"]
        self._talk.hear()
        return int(pid)

    def _request(
        self, request: str, descriptors: Sequence[int] = (), **fields: Any
    ) -> dict[str, Any]:
        self._talk.ask(request, descriptors, **fields)
        return self._talk.hear().message

    def _hear_until(self, final: str) -> list[Received]:
        answers = [self._talk.hear()]
        while answers[-1].message["type"] != final:
            answers.append(self._talk.hear())
        return answers

    def _is_answered(self) -> bool:
        answer = self._talk.hear_if_whole()
        return answer is not None and bool(self._talk.accepted(answer))


def _link_groups(answers: Iterable[Received]) -> LinkGroups:
    groups = (group for answer in answers for group in answer.message.get("links", ()))
    return tuple(tuple(map(os.fsencode, group)) for group in groups)


def _drifted(row: Sequence[Any]) -> tuple[Path, Entry | None]:
    path, entry = row
    return os.fsencode(path), None if entry is None else Entry(*entry)
