"""Findings as a JSON list, one object each."""

from __future__ import annotations

import json

from jarbuild.lint.report import Report


def render(report: Report) -> str:
    return json.dumps([finding.to_json() for finding in report.findings], indent=2)


def statistics(report: Report) -> str:
    """How often each rule found something."""
    entries = [
        {
            "code": finding.code,
            "name": finding.name,
            "severity": str(finding.severity),
            "count": count,
            "fixable": finding.fix is not None,
        }
        for finding, count in report.statistics
    ]
    return json.dumps(entries, indent=2)
