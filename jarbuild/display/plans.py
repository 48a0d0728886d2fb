"""A plan before it is executed: a table to be understood at a glance, or the JSON of schema 1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from attrs import define

from geniejars import Event, Plan, Planned, Step
from jarbuild.display.columns import GAP, cells, fitted, table
from jarbuild.display.controls import escaped, one_line
from jarbuild.display.palette import Palette
from jarbuild.display.quantities import seconds
from jarbuild.display.screen import Screen
from jarbuild.problems import Problem, error_object

SCHEMA = 1
HEADER = ("STEP", "LINE", "VERDICT", "DIRECTIVE", "LAST TOOK", "WHY")
TEXT = HEADER.index("DIRECTIVE")
SHORTEST_TEXT, LONGEST_TEXT = 24, 48
"""A table with less of each directive is worse than two lines a step."""


def plan_object(plan: Plan) -> dict[str, Any]:
    """What `--plan --format json` prints; scripts are written against it."""
    verdicts = [step.verdict.status for step in plan.steps]
    return {
        "version": SCHEMA,
        "jfile": plan.jfile,
        "jar": plan.jar,
        "steps": [_step_object(step) for step in plan.steps],
        "summary": {"cached": verdicts.count("cached"), "run": verdicts.count("run")},
        "warnings": list(plan.warnings),
    }


def _step_object(step: Step) -> dict[str, Any]:
    return {
        "index": step.index,
        "line": step.line,
        "directive": step.directive,
        "text": step.text,
        "status": step.verdict.status,
        "key": step.verdict.key,
        "reason": step.verdict.reason,
        "changed": list(step.verdict.changed),
        **({"file": step.file} if step.file is not None else {}),
    }


def destination(plan: Plan) -> str:
    """Which jar the plan is for, in words."""
    if plan.jar:
        return f"jar {plan.jar}"
    return f"a new jar, tagged {escaped(plan.prepared.tag)}" if plan.prepared.tag else "a new jar"


def plan_lines(plan: Plan, palette: Palette, width: int | None = None) -> list[str]:
    """The table, what it comes to, and the warnings."""
    return [
        f"{palette.strong(escaped(plan.jfile))} into {destination(plan)}",
        "",
        *_steps(plan.steps, palette, width),
        *([""] if plan.steps else []),
        _summary(plan.steps),
        *(f"{palette.warning('warning')}: {escaped(warning)}" for warning in plan.warnings),
    ]


def _steps(steps: Sequence[Step], palette: Palette, width: int | None) -> list[str]:
    if not steps:
        return []
    rows = _without_empty_columns([HEADER, *map(_row, steps)])
    room = LONGEST_TEXT if width is None else _room_for_text(rows, width)
    if room < min(SHORTEST_TEXT, max(cells(row[TEXT]) for row in rows)):
        return [line for step in steps for line in _two_lines(step, palette, width or 0)]
    header, *lines = table((*r[:TEXT], fitted(r[TEXT], room), *r[TEXT + 1 :]) for r in rows)
    return [palette.faint(header)] + [
        _painted(line, step, palette) for step, line in zip(steps, lines, strict=True)
    ]


def _without_empty_columns(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Nothing has a time yet where nothing was ever built."""
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    return list(zip(*columns, strict=True))


def _room_for_text(rows: Sequence[Sequence[str]], width: int) -> int:
    """The directive gives way to the reason, which is what the reader does not know yet."""
    others = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    others[TEXT] = 0
    return min(LONGEST_TEXT, width - sum(others) - len(GAP) * (len(others) - 1))


def _row(step: Step) -> tuple[str, ...]:
    return (
        str(step.index),
        f"{escaped(step.file)}:{step.line}" if step.file else str(step.line),
        step.verdict.status,
        one_line(step.text),
        seconds(step.seconds) if step.seconds is not None else "",
        one_line(step.verdict.reason),
    )


def _two_lines(step: Step, palette: Palette, width: int) -> list[str]:
    """For a terminal that is too narrow for the table."""
    head = f"{step.index:>2} {step.verdict.status:<6} {one_line(step.text)}"
    took = f"last took {seconds(step.seconds)}" if step.seconds is not None else ""
    told = "; ".join(filter(None, (one_line(step.verdict.reason), took)))
    return [
        _painted(fitted(head, width), step, palette),
        *([palette.faint(fitted(f"   {told}", width))] if told else []),
    ]


def _painted(line: str, step: Step, palette: Palette) -> str:
    """The verdict in colour; painted last, for colours have no width."""
    status = step.verdict.status
    paint = palette.good if status == "cached" else palette.warning
    before, found, after = line.partition(f" {status} ")
    return f"{before} {paint(status)} {after}" if found else line


def _summary(steps: Sequence[Step]) -> str:
    cached = [s for s in steps if s.verdict.status == "cached"]
    to_run = [s for s in steps if s.verdict.status == "run"]
    if not to_run:
        return f"{len(cached)} cached, nothing to run"
    return f"{len(cached)} cached, {len(to_run)} to run{_estimate(to_run)}"


def _estimate(steps: Sequence[Step]) -> str:
    known = [step.seconds for step in steps if step.seconds is not None]
    if not known:
        return ""
    new = len(steps) - len(known)
    rest = f", {new} of them never ran" if new else ""
    return f" ({seconds(sum(known))} last time{rest})"


@define
class PlanTable:
    """`--plan`: the table on the screen."""

    screen: Screen

    def show(self, event: Event) -> None:
        if isinstance(event, Planned):
            self.screen.print(plan_lines(event.plan, self.screen.palette, self.screen.width))

    def note(self, text: str) -> None:
        self.screen.note(text)

    def close(self, problems: Sequence[Problem] = ()) -> None:
        self.screen.complain(problems)


@define
class PlanJson:
    """`--plan --format json`: one object, whatever happens."""

    screen: Screen

    def show(self, event: Event) -> None:
        if isinstance(event, Planned):
            self._print(plan_object(event.plan))

    def note(self, text: str) -> None:
        self.screen.note(text)

    def close(self, problems: Sequence[Problem] = ()) -> None:
        """An error has an object of its own; people get the text beside it."""
        if problems:
            self.screen.complain(problems)
            self._print({"version": SCHEMA, "error": error_object(problems[0])})

    def _print(self, content: dict[str, Any]) -> None:
        self.screen.print([json.dumps(content, indent=2)])
