"""Findings as GitHub's workflow commands, and as a table for the job's summary page."""

from __future__ import annotations

from collections.abc import Iterator

from jarbuild.display.controls import escaped
from jarbuild.display.findings.text import summary as one_line
from jarbuild.lint.finding import Finding, Severity
from jarbuild.lint.report import Report

MOST_SHOWN = 10
"""Annotations of each kind that GitHub shows of one step; more would push others out."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> list[str]:
    """Errors first, of each kind as many as GitHub shows, and how many more there are."""
    lines: list[str] = []
    for severity in reversed(Severity):
        findings = [finding for finding in report.findings if finding.severity == severity]
        lines += [_command(finding) for finding in findings[:MOST_SHOWN]]
        if len(findings) > MOST_SHOWN:
            lines.append(f"{len(findings) - MOST_SHOWN} more of severity {severity} are not shown")
    return [*lines, one_line(report)]


def summary(report: Report) -> str:
    """Markdown with all of them, for the file that $GITHUB_STEP_SUMMARY names."""
    rows = [_row(finding) for finding in report.findings]
    head = ["| where | what | rule |", "|---|---|---|"] if rows else []
    return "\n".join(["### jarbuild lint", "", one_line(report), "", *head, *rows, ""])


def _command(finding: Finding) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(finding))
    help = f"%0A{_data(finding.help)}" if finding.help else ""
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(finding.message)}{help}"


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    span = finding.span
    yield "file", finding.file
    yield "line", str(span.line)
    yield "endLine", str(span.end_line)
    if span.line == span.end_line:  # columns of different lines are refused
        yield "col", str(span.column)
        yield "endColumn", str(span.end_column)
    yield "title", f"{finding.code} {finding.name}"


def _data(text: str) -> str:
    return escaped(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _row(finding: Finding) -> str:
    place = f"`{_cell(finding.file)}:{finding.span.line}`"
    return f"| {place} | {_cell(finding.message)} | {finding.code} {finding.name} |"


def _cell(text: str) -> str:
    """Text that neither ends its cell nor becomes markup."""
    plain = escaped(text).replace("\n", " ").replace("&", "&amp;").replace("<", "&lt;")
    return plain.replace("|", "\\|").replace("`", "'")
