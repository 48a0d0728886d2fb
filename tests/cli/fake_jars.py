"""Agents of jars that only remember what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from attrs import Factory, define

from geniejars import AgentError, AgentStatus, App, Home, Stream

IDLE = AgentStatus()
RUNNING = AgentStatus(True, 23, 0.0, processes=2)


@define
class FakeAgent:
    """A session with every jar's agent at once; `words` is what its commands write."""

    calls: list[tuple[str, dict[str, Any]]] = Factory(list)
    words: list[tuple[Stream, bytes]] = Factory(list)
    code: int = 0
    status_: AgentStatus = IDLE
    started: AgentStatus = RUNNING  # what it becomes by a start
    during: Callable[[FakeAgent], None] | None = None  # called while a command runs

    def __enter__(self) -> FakeAgent:
        return self

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...

    def said(self, request: str) -> dict[str, Any]:
        """What the only request of this kind carried."""
        (fields,) = [fields for name, fields in self.calls if name == request]
        return fields

    def run(
        self, argv: Sequence[str], *, env: Mapping[str, str], on_output: Any, **rest: Any
    ) -> int:
        self._note("run", argv=tuple(argv), env=dict(env), **rest)
        return self._work(on_output)

    def run_detached(self, argv: Sequence[str], *, env: Mapping[str, str]) -> int:
        self._note("run_detached", argv=tuple(argv), env=dict(env))
        return 17

    def start(self, app: App) -> int:
        self._note("start", **attrs.asdict(app, recurse=False))
        self.status_ = attrs.evolve(IDLE, exit=self.code) if self.code else self.started
        return 23

    def start_attached(self, app: App, *, on_output: Any, on_started: Callable[[int], None]) -> int:
        self._note("start_attached", **attrs.asdict(app, recurse=False))
        on_started(23)
        return self._work(on_output)

    def stop(self, grace: float) -> int:
        self._note("stop", grace=grace)
        if not self.status_.running:
            raise AgentError("not-running", "no app runs")
        self.status_ = IDLE
        return 0

    def status(self) -> AgentStatus:
        return self.status_

    def log(self, on_output: Any, *, lines: int | None = None, follow: bool = False) -> None:
        self._note("log", lines=lines, follow=follow)
        self._work(on_output)

    def normalize(self, *, private: bool = False) -> int:
        self._note("normalize", private=private)
        return 3

    def send_signal(self, name: str) -> None:
        self._note("signal", name=name)

    def resize(self, rows: int, cols: int) -> None:
        self._note("resize", rows=rows, cols=cols)

    def _work(self, on_output: Any) -> int:
        for stream, data in self.words:
            on_output(stream, data)
        if self.during is not None:
            self.during(self)
        return self.code

    def _note(self, request: str, **fields: Any) -> None:
        self.calls.append((request, fields))


def install(agent: FakeAgent, monkeypatch: Any) -> None:
    """Whoever opens a jar talks to this agent; there is no server."""
    monkeypatch.setattr(Home, "connect", lambda home, role: agent)
    monkeypatch.setattr(Home, "hand_over", lambda home: None)
    monkeypatch.setattr("geniejars.processes.open_session", lambda *_: agent)
    monkeypatch.setattr("geniejars.jars.connect", lambda *_: agent)
    monkeypatch.setattr("geniejars.processes.list_agents", lambda config: _live_everywhere())


def _live_everywhere() -> tuple[Any, ...]:
    from geniejars import RunningAgent

    return tuple(RunningAgent(f"jar{n:03}", "live", 1000 + n) for n in range(1, 4))
