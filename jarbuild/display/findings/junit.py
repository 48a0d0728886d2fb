"""Findings as JUnit XML: a test case for each JFile, so that a clean one shows as passed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape, quoteattr

from jarbuild.display.controls import escaped
from jarbuild.lint.finding import Finding
from jarbuild.lint.report import Report

# What XML 1.0 cannot hold in any form.
_IMPOSSIBLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def render(report: Report, fails: Callable[[Finding], bool]) -> str:
    """Findings that fail the run fail their file's case; the others are its output."""
    by_file = {name: [f for f in report.findings if f.file == name] for name in _files(report)}
    cases = [line for name, found in by_file.items() for line in _case(name, found, fails)]
    failures = sum(line.startswith("      <failure") for line in cases)
    numbers = f'tests="{len(by_file)}" failures="{failures}" errors="0"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<testsuites name="jarbuild lint" {numbers}>',
            f'  <testsuite name="jarbuild lint" {numbers} skipped="0" time="0">',
            *cases,
            "  </testsuite>",
            "</testsuites>",
        ]
    )


def _files(report: Report) -> dict[str, None]:
    return dict.fromkeys([*report.files, *(finding.file for finding in report.findings)])


def _case(name: str, findings: list[Finding], fails: Callable[[Finding], bool]) -> Iterator[str]:
    yield f'    <testcase name={_attribute(name)} classname="jarbuild.lint" time="0">'
    failing = list(filter(fails, findings))
    if failing:
        first = f"type={_attribute(failing[0].code)} message={_attribute(_line(failing[0]))}"
        yield f"      <failure {first}>{_text(_lines(failing))}</failure>"
    if rest := [finding for finding in findings if finding not in failing]:
        yield f"      <system-out>{_text(_lines(rest))}</system-out>"
    yield "    </testcase>"


def _lines(findings: list[Finding]) -> str:
    return "\n".join(map(_line, findings))


def _line(finding: Finding) -> str:
    name = finding.file.replace("\n", "\\n")
    place = f"{name}:{finding.span.line}:{finding.span.column}"
    return f"{place}: {finding.severity} {finding.code} {finding.message}"


def _text(text: str) -> str:
    return escape(_IMPOSSIBLE.sub("\ufffd", escaped(text)))


def _attribute(text: str) -> str:
    return quoteattr(_IMPOSSIBLE.sub("\ufffd", escaped(text)))
