"""Findings for a person: each with its lines and a caret, as an error of a build is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from geniejars import Place
from jarbuild.display.columns import table
from jarbuild.display.diagnostics import render as render_problems
from jarbuild.display.palette import Palette
from jarbuild.lint.finding import Finding, Severity
from jarbuild.lint.report import Report
from jarbuild.problems import Problem

_NAMES: dict[Severity, Literal["error", "warning", "info"]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}


def render(report: Report, palette: Palette, width: int | None = None) -> list[str]:
    """The lines of all findings and of a summary."""
    problems = [_problem(finding, report) for finding in report.findings]
    shown = render_problems(problems, palette, width).split("\n") if problems else []
    return [*shown, *([""] if shown else []), summary(report)]


def summary(report: Report) -> str:
    """One line: how much was found, and how much of it can be fixed."""
    files = _counted(len(report.files), "JFile")
    if not report.findings:
        return f"{files}, nothing to say"
    kinds = [_counted(report.count(severity), str(severity)) for severity in reversed(Severity)]
    found = ", ".join(kind for kind in kinds if not kind.startswith("0 "))
    return "; ".join([f"{found} in {files}", *_fixable(report)])


def statistics(report: Report) -> list[str]:
    """How often each rule found something."""
    rows = [
        (str(count), finding.code, finding.name, "fixable" if finding.fix else "")
        for finding, count in report.statistics
    ]
    return table(rows) if rows else []


def _problem(finding: Finding, report: Report) -> Problem:
    span = finding.span
    name = finding.file.replace("\n", "\\n")  # no name may look like a line of ours
    place = Place(name, span.line, span.column, span.end_line, span.end_column)
    return Problem(
        finding.code,
        finding.message,
        place,
        report.sources.get(finding.file),
        tuple(_notes(finding)),
        severity=_NAMES[finding.severity],
    )


def _notes(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.expected:
        yield "expected", finding.expected
    if finding.help:
        yield "help", finding.help
    if finding.fix:
        option = "--fix" if finding.fix.is_safe else "--unsafe-fixes"
        yield option, finding.fix.description


def _fixable(report: Report) -> Iterator[str]:
    fixes = [finding.fix for finding in report.findings if finding.fix]
    safe = sum(fix.is_safe for fix in fixes)
    if safe:
        yield f"{safe} can be fixed with --fix"
    if unsafe := len(fixes) - safe:
        yield f"{unsafe}{' more' if safe else ''} with --unsafe-fixes"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
