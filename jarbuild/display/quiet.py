"""A build in one word: the jar's name, so that `JAR=$(jarbuild -q .)` works."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from geniejars import Done, Event, Output, Started
from jarbuild.display.output import StepOutput
from jarbuild.display.screen import Screen
from jarbuild.problems import Problem


@define
class QuietDisplay:
    """Silent unless something fails; then a RUN's last lines come before the problem."""

    screen: Screen
    _output: StepOutput = field(factory=StepOutput, init=False)

    def show(self, event: Event) -> None:
        match event:
            case Started():
                self._output = StepOutput()
            case Output(_, stream, data):
                self._output.feed(stream, data)
            case Done(jar):
                self.screen.print([jar])

    def note(self, text: str) -> None:
        self.screen.note(text)

    def close(self, problems: Sequence[Problem] = ()) -> None:
        if problems:
            self._output.finish()
            self.screen.err.write("".join(f"{line}\n" for line in self._output.tail))
            self.screen.complain(problems)
