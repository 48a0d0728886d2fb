"""What came of linting some JFiles, ready to be shown in any format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from attrs import frozen

from jarbuild.lint.finding import Finding, Severity
from jfile import Source


@frozen
class Report:
    """`files` are all that were looked at; `sources` their texts, included files' too."""

    files: tuple[str, ...]
    findings: tuple[Finding, ...]
    sources: Mapping[str, Source]
    notes: tuple[str, ...] = ()  # about the run itself

    def at_least(self, level: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity >= level)

    def count(self, severity: Severity) -> int:
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def statistics(self) -> list[tuple[Finding, int]]:
        """A finding of each rule, and how many there are: the most frequent first."""
        counts = Counter(finding.code for finding in self.findings)
        first = {finding.code: finding for finding in reversed(self.findings)}
        return sorted(
            ((first[code], count) for code, count in counts.items()),
            key=lambda entry: (-entry[1], entry[0].code),
        )
