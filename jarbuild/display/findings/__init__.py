"""Findings of the linter in the formats that people, editors and CI systems read.

Each module has one function from a report to text; nothing here prints.
"""

from __future__ import annotations

from collections.abc import Callable

from jarbuild.display.screen import Screen
from jarbuild.lint.finding import Finding
from jarbuild.lint.report import Report

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


def rendered(
    report: Report, format: str, screen: Screen, fails: Callable[[Finding], bool]
) -> list[str]:
    """The report's lines; a format's module is loaded when it is asked for."""
    from jarbuild.display.findings import github, gitlab, json, junit, sarif, text

    match format:
        case "json":
            return [json.render(report)]
        case "sarif":
            return [sarif.render(report)]
        case "gitlab":
            return [gitlab.render(report)]
        case "junit":
            return [junit.render(report, fails)]
        case "github":
            return github.render(report)
        case _:
            return text.render(report, screen.palette, screen.width)


def statistics(report: Report, format: str) -> list[str]:
    """How often each rule found something: as JSON, or as a table."""
    from jarbuild.display.findings import json, text

    return [json.statistics(report)] if format == "json" else text.statistics(report)
