"""A build for programs: one JSON object a line, as DESIGN's schema 1 has it, `done` always last."""

from __future__ import annotations

import codecs
import json
import time
from collections.abc import Sequence
from typing import Any

from attrs import asdict, define, field

from geniejars import Done, Event, Finished, Output, Planned, Started, Stream
from jarbuild.display.plans import plan_object
from jarbuild.display.screen import Screen
from jarbuild.display.tally import Tally
from jarbuild.problems import Problem, error_object


@define
class JsonLinesDisplay:
    """The `done` event waits for `close`: what comes after a build may still fail."""

    screen: Screen
    _tally: Tally = field(factory=Tally, init=False)
    _decoders: dict[Stream, codecs.IncrementalDecoder] = field(factory=dict, init=False)
    _began: float = field(factory=time.monotonic, init=False)

    def show(self, event: Event) -> None:
        self._tally.see(event)
        match event:
            case Planned(plan):
                self._print("plan", **plan_object(plan))
            case Started(index):
                self._decoders.clear()
                self._print("start", index=index)
            case Output(index, stream, data):
                self._print_output(index, stream, self._decoder(stream).decode(data))
            case Finished():
                self._print_rest(event.index)
                self._print("step", **self._step(event))

    def note(self, text: str) -> None:
        self.screen.note(text)

    def close(self, problems: Sequence[Problem] = ()) -> None:
        self.screen.complain(problems)
        self._print("done", **self._done(problems))

    def _decoder(self, stream: Stream) -> codecs.IncrementalDecoder:
        """A character may be cut anywhere between two events."""
        new = codecs.getincrementaldecoder("utf-8")("replace")
        return self._decoders.setdefault(stream, new)

    def _print_output(self, index: int, stream: Stream, text: str) -> None:
        if text:
            self._print("output", index=index, stream=stream, text=text)

    def _print_rest(self, index: int) -> None:
        for stream, decoder in self._decoders.items():
            self._print_output(index, stream, decoder.decode(b"", final=True))
        self._decoders.clear()

    def _step(self, event: Finished) -> dict[str, Any]:
        step = self._tally.step(event.index)
        return {
            "index": event.index,
            "line": step.line,
            "directive": step.directive,
            "status": event.outcome,
            "seconds": round(event.seconds, 6),
            "reason": event.reason,
            "exit": event.exit,
        }

    def _done(self, problems: Sequence[Problem]) -> dict[str, Any]:
        done, plan = self._tally.done, self._tally.plan
        return {
            "ok": not problems,
            "error": error_object(problems[0]) if problems else None,
            "jar": done.jar if done else plan.jar if plan else None,
            "alias": done.alias if done else None,
            "home": done.home if done else None,
            "tree": done.tree if done else None,
            "ran": self._tally.count("ran"),
            "cached": self._tally.count("cached"),
            "reused": self._tally.count("reused"),
            "restored": done.restored if done else 0,
            "backedUp": list(done.backed_up) if done else [],
            "differences": _differences(done) if done else None,
            "seconds": round(time.monotonic() - self._began, 6),
        }

    def _print(self, event: str, **content: Any) -> None:
        self.screen.print([json.dumps({"event": event, **content})])


def _differences(done: Done) -> list[dict[str, str]] | None:
    return None if done.differences is None else list(map(asdict, done.differences))
