"""What tells a finding from all others, and stays the same when lines move."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from jarbuild.lint.finding import Finding
from jarbuild.lint.report import Report


def fingerprints(report: Report) -> Iterator[tuple[Finding, str]]:
    """Each finding with its own: equal ones on equal lines are numbered."""
    seen: Counter[str] = Counter()
    for finding in report.findings:
        parts = (finding.file, finding.code, _line(finding, report))
        text = "\0".join(parts)
        seen[text] += 1
        content = f"{text}\0{seen[text]}".encode("utf-8", "surrogateescape")
        yield finding, hashlib.sha256(content).hexdigest()[:32]


def _line(finding: Finding, report: Report) -> str:
    source = report.sources.get(finding.file)
    lines = source.lines if source else []
    return lines[finding.span.line - 1].strip() if finding.span.line <= len(lines) else ""
