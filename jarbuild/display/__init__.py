"""How a build is shown: to a person at a terminal, in a log, to a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from geniejars import Event
from jarbuild.display.palette import is_capable
from jarbuild.display.screen import Screen
from jarbuild.options import BuildOptions
from jarbuild.problems import Problem


class Display(Protocol):
    """Fed with a build's events in order, and closed once: by what went wrong, or by nothing."""

    def show(self, event: Event) -> None: ...

    def note(self, text: str) -> None:
        """Something a person should know that is no event: never on a program's stdout."""

    def close(self, problems: Sequence[Problem] = ()) -> None: ...


def choose(options: BuildOptions, screen: Screen) -> Display:
    """The display that the options ask for; `auto` draws only on a terminal that can."""
    if options.progress == "json":
        from jarbuild.display.jsonlines import JsonLinesDisplay

        return JsonLinesDisplay(screen)
    if options.plan:
        return _choose_for_plan(options, screen)
    if options.progress == "quiet":
        from jarbuild.display.quiet import QuietDisplay

        return QuietDisplay(screen)
    if options.progress == "tty" or (options.progress == "auto" and is_capable(screen.out)):
        from jarbuild.display.live import LiveDisplay  # imports rich

        return LiveDisplay(screen, verbose=options.verbose)
    from jarbuild.display.plain import PlainDisplay

    return PlainDisplay(screen, verbose=options.verbose)


def _choose_for_plan(options: BuildOptions, screen: Screen) -> Display:
    from jarbuild.display.plans import PlanJson, PlanTable

    return PlanJson(screen) if options.format == "json" else PlanTable(screen)
