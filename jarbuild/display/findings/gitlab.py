"""Findings as GitLab's Code Quality report, which is Code Climate's format."""

from __future__ import annotations

import json
import posixpath
from typing import Any

from jarbuild.display.controls import escaped
from jarbuild.display.findings.fingerprints import fingerprints
from jarbuild.lint.finding import Finding, Severity
from jarbuild.lint.report import Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    """GitLab shows one of several entries with one fingerprint: each has its own."""
    return json.dumps([_entry(finding, mark) for finding, mark in fingerprints(report)], indent=2)


def _entry(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "description": f"{finding.code} {escaped(finding.message)}",
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            # GitLab matches paths with those of the repository, which begin with no ./
            "path": posixpath.normpath(finding.file),
            "lines": {"begin": finding.span.line, "end": finding.span.end_line},
        },
    }
