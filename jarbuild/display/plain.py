"""A build as lines for a log: one an event, no control codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, field

from geniejars import Done, Event, Finished, Output, Planned, Started, Step, Waiting
from jarbuild.display.controls import escaped, one_line
from jarbuild.display.output import StepOutput
from jarbuild.display.plans import destination
from jarbuild.display.quantities import counted, seconds
from jarbuild.display.screen import Screen
from jarbuild.display.tally import Tally
from jarbuild.problems import Problem


@define
class PlainDisplay:
    """`verbose` shows commands as a whole, on as many lines as they have."""

    screen: Screen
    verbose: bool = False
    _tally: Tally = field(factory=Tally, init=False)
    _output: StepOutput = field(factory=StepOutput, init=False)

    def show(self, event: Event) -> None:
        self._tally.see(event)
        self.screen.print(self._lines(event))

    def note(self, text: str) -> None:
        self.screen.print([escaped(text)])

    def close(self, problems: Sequence[Problem] = ()) -> None:
        self.screen.complain(problems)

    def _lines(self, event: Event) -> Iterable[str]:
        match event:
            case Planned(plan):
                return [
                    f"{escaped(plan.jfile)}: {counted(len(plan.steps), 'step')},"
                    f" into {destination(plan)}",
                    *(f"warning: {escaped(warning)}" for warning in plan.warnings),
                ]
            case Waiting(what):
                return [f"waiting: {escaped(what)}"]
            case Started(index):
                return self._started(self._tally.step(index))
            case Output(index, stream, data):
                return self._written(index, self._output.feed(stream, data))
            case Finished():
                return self._finished(event)
            case Done():
                return self._tally.closing()
            case _:
                return []

    def _started(self, step: Step) -> list[str]:
        self._output = StepOutput()
        why = f" ({one_line(step.verdict.reason)})" if step.verdict.reason else ""
        return [self._head(step) + why]

    def _written(self, index: int, lines: Iterable[str]) -> list[str]:
        return [f"[{index}] | {line}".rstrip() for line in lines]

    def _finished(self, event: Finished) -> list[str]:
        step = self._tally.step(event.index)
        rest = self._written(event.index, self._output.finish())
        if event.outcome in ("ran", "failed"):
            return [*rest, f"[{step.index}] {_outcome(event)}"]
        return [f"{self._head(step)}: {event.outcome}"]

    def _head(self, step: Step) -> str:
        assert self._tally.plan is not None
        text = escaped(step.text) if self.verbose else one_line(step.text)
        return f"[{step.index}/{len(self._tally.plan.steps)}] {text}"


def _outcome(event: Finished) -> str:
    code = f" with exit code {event.exit}" if event.outcome == "failed" and event.exit else ""
    return f"{event.outcome}{code} after {seconds(event.seconds)}"
