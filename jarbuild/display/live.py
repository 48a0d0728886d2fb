"""A build on a terminal: finished steps scroll by, below them lives the one that is running.

The region at the bottom exists only while something goes on, so the terminal is free for others
(a shell in a failed step, an app that is started) as soon as an event says that it ended.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from attrs import define, field, frozen
from rich.console import Console, ConsoleOptions, OverflowMethod, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from geniejars import (
    Done,
    Event,
    Finished,
    Output,
    Plan,
    Planned,
    Started,
    Step,
    Transferred,
    Waiting,
)
from jarbuild.display.controls import escaped, one_line, stripped_but_coloured
from jarbuild.display.output import StepOutput
from jarbuild.display.palette import is_capable, speaks_unicode
from jarbuild.display.plans import destination
from jarbuild.display.quantities import seconds, size
from jarbuild.display.screen import Screen
from jarbuild.display.tally import Tally
from jarbuild.problems import Problem

SHOWN_OUTPUT = 5
"""Last lines of the running step: enough to see what it is at, little enough to stay calm."""

LONGEST_BAR = 40
REFRESHES = 8  # a second
STYLES = {
    "cached": "green",
    "reused": "green",
    "ran": "green",
    "failed": "bold red",
    "skipped": "dim",
}
MARKS = {"cached": "✓", "reused": "✓", "ran": "✓", "failed": "✗", "skipped": "-"}
ASCII_MARKS = {"✓": "+", "✗": "x"}


class _Console(Console):
    """Rich asks for the encoding to know which characters the terminal has."""

    @property
    def encoding(self) -> str:
        return "utf-8" if speaks_unicode(self.file) else "ascii"


@define
class LiveDisplay:
    """`verbose` shows commands as a whole, on as many lines as they have."""

    screen: Screen
    verbose: bool = False
    console: Console = field(init=False)
    _tally: Tally = field(factory=Tally, init=False)
    _output: StepOutput = field(init=False)
    _began: float = field(default=0.0, init=False)
    _region: _Region | None = field(default=None, init=False)
    _live: Live | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.console = _Console(
            file=self.screen.out,
            force_terminal=True,
            no_color=not self.screen.palette.enabled,
            highlight=False,
            markup=False,
            emoji=False,
            # Dumb terminals get no control sequences, even with --progress tty.
            force_interactive=is_capable(self.screen.out) or None,
        )
        self._output = StepOutput(stripped_but_coloured)

    def show(self, event: Event) -> None:
        self._tally.see(event)
        match event:
            case Planned(plan):
                self._show_plan(plan)
            case Waiting(what):
                self._draw(f"waiting: {escaped(what)}")
            case Started(index):
                self._output = StepOutput(stripped_but_coloured)
                self._draw_step(index)
            case Output(index, stream, data):
                self._output.feed(stream, data)
                self._draw_step(index)
            case Transferred(done, total):
                self._draw("putting files in place", transfer=(done, total))
            case Finished():
                self._finish(event)
            case Done():
                self._show_end()

    def note(self, text: str) -> None:
        self._erase()
        self.console.print(Text(escaped(text)))

    def close(self, problems: Sequence[Problem] = ()) -> None:
        self._erase()
        self.screen.complain(problems)

    def _show_plan(self, plan: Plan) -> None:
        self._erase()
        self.console.print(
            Text.assemble((escaped(plan.jfile), "bold"), f" into {destination(plan)}")
        )
        for warning in plan.warnings:
            self.console.print(Text.assemble(("warning", "bold yellow"), f": {escaped(warning)}"))

    def _draw_step(self, index: int) -> None:
        tail = tuple(self._output.tail)[-SHOWN_OUTPUT:]
        step = self._tally.step(index)
        self._draw(self._named(step), tail, reason=one_line(step.verdict.reason))

    def _draw(
        self,
        title: str,
        tail: tuple[str, ...] = (),
        transfer: tuple[int, int] | None = None,
        reason: str = "",
    ) -> None:
        if self._region is None or self._region.title != title:
            self._began = time.monotonic()
        self._region = _Region(title, self._began, tail, transfer, reason)
        if self._live is None:
            self._start(self._region)
        else:
            self._live.update(self._region)

    def _start(self, region: _Region) -> None:
        self._live = Live(
            region,
            console=self.console,
            refresh_per_second=REFRESHES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def _erase(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = self._region = None

    def _finish(self, event: Finished) -> None:
        self._erase()
        self._output.finish()
        step = self._tally.step(event.index)
        if event.outcome == "failed":
            self._print_tail()
        self.console.print(self._finished_line(step, event))
        if event.outcome in ("ran", "failed") and step.verdict.reason:
            self.console.print(self._cropped(f"  {one_line(step.verdict.reason)}", "dim"))

    def _print_tail(self) -> None:
        """What the step said last, whole: it is what the reader needs now."""
        for line in self._output.tail:
            self.console.print(Text.assemble(("| ", "dim"), Text.from_ansi(line)))

    def _finished_line(self, step: Step, event: Finished) -> Table:
        style = STYLES[event.outcome]
        line = Table.grid(padding=(0, 1), expand=True)
        line.add_column()
        line.add_column(ratio=1)
        line.add_column(justify="right", no_wrap=True)
        named = self._cropped(self._named(step), "dim" if event.outcome == "skipped" else "")
        line.add_row(Text(self._mark(event), style), named, Text(_result(event), style))
        return line

    def _named(self, step: Step) -> str:
        assert self._tally.plan is not None
        text = escaped(step.text) if self.verbose else one_line(step.text)
        return f"{step.index}/{len(self._tally.plan.steps)} {text}"

    def _mark(self, event: Finished) -> str:
        mark = MARKS[event.outcome]
        return ASCII_MARKS.get(mark, mark) if self.console.options.ascii_only else mark

    def _cropped(self, text: str, style: str) -> Text:
        if self.verbose:
            return Text(text, style)
        return Text(text, style, no_wrap=True, overflow=_overflow(self.console.options))

    def _show_end(self) -> None:
        self._erase()
        built, *rest = self._tally.closing()
        self.console.print(Text(built, "bold green"))
        for line in rest:
            self.console.print(Text(line))


@frozen
class _Region:
    """What is going on, since when, what it said last, how far it has come (bytes), and why."""

    title: str
    began: float
    tail: tuple[str, ...] = ()
    transfer: tuple[int, int] | None = None
    reason: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Drawn anew at each refresh, so that the time goes on between two events."""
        room = max(options.max_width - 4, 10)
        yield self._head(options)
        if self.reason:
            yield Text(f"  {self.reason}", "dim", no_wrap=True, overflow=_overflow(options))
        if self.transfer is not None:
            yield self._bar(*self.transfer, room)
        for line in self.tail[-max(options.max_height - 5, 1) :]:
            said = Text.assemble(("  | ", "dim"), Text.from_ansi(line))
            said.no_wrap, said.overflow = True, "crop"
            yield said

    def _bar(self, done: int, total: int, room: int) -> Table:
        told = f"{size(done)} of {size(total)}"
        bar = Table.grid(padding=(0, 1))
        width = max(min(LONGEST_BAR, room - len(told)), 1)
        bar.add_row("", ProgressBar(total, done, width=width), Text(told, "dim"))
        return bar

    def _head(self, options: ConsoleOptions) -> Table:
        head = Table.grid(padding=(0, 1), expand=True)
        head.add_column()
        head.add_column(ratio=1, no_wrap=True, overflow=_overflow(options))
        head.add_column(justify="right", no_wrap=True)
        elapsed = seconds(time.monotonic() - self.began)
        spinner = Spinner("line" if options.ascii_only else "dots")
        spinner.start_time = self.began
        head.add_row(spinner, Text(self.title), elapsed)
        return head


def _overflow(options: ConsoleOptions) -> OverflowMethod:
    """Rich's ellipsis is no ASCII character."""
    return "crop" if options.ascii_only else "ellipsis"


def _result(event: Finished) -> str:
    if event.outcome == "ran":
        return seconds(event.seconds)
    if event.outcome == "failed" and event.exit:
        return f"exit code {event.exit}"
    return event.outcome
