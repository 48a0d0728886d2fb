"""Findings as SARIF 2.1.0, which GitHub's code scanning and many editors read."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from geniejars import VERSION
from jarbuild.display.controls import escaped
from jarbuild.display.findings.fingerprints import fingerprints
from jarbuild.lint.codes import rule_for
from jarbuild.lint.finding import Edit, Finding, Fix, Severity
from jarbuild.lint.report import Report
from jfile import Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/jarbuild/jarbuild"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report) -> str:
    """One run; of the rules those that found something."""
    codes = sorted({finding.code for finding in report.findings})
    first = {finding.code: finding for finding in report.findings}
    run = {
        "tool": {
            "driver": {
                "name": "jarbuild",
                "version": VERSION,
                "informationUri": HOME,
                "rules": [_rule(first[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, mark, codes) for f, mark in fingerprints(report)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(finding: Finding) -> dict[str, Any]:
    rule = rule_for(finding.code)
    if rule is None:  # ShellCheck's
        return {"id": finding.code, "name": finding.name, "helpUri": finding.help}
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\nBad:\n{rule.bad}\n\nGood:\n{rule.good}"},
        "helpUri": f"{HOME}/blob/main/docs/rules.md#{rule.code.lower()}-{rule.name}",
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.family]},
    }


def _result(finding: Finding, fingerprint: str, codes: Sequence[str]) -> dict[str, Any]:
    text = escaped(finding.message) + (f"; {escaped(finding.help)}" if finding.help else "")
    result = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.file),
                    "region": _region(finding.span),
                }
            }
        ],
        "partialFingerprints": {"jarbuild/v1": fingerprint},
    }
    if finding.fix and all(edit.span.column > 0 for edit in finding.fix.edits):
        result["fixes"] = [_fix(finding.fix, finding.file)]
    return result


def _fix(fix: Fix, file: str) -> dict[str, Any]:
    changes = {
        "artifactLocation": _artifact(file),
        "replacements": [_replacement(edit) for edit in fix.edits],
    }
    return {"description": {"text": fix.description}, "artifactChanges": [changes]}


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}


def _artifact(file: str) -> dict[str, str]:
    """A URI: relative to the checkout where the path is, with forward slashes either way."""
    path = quote(posixpath.normpath(file).encode("utf-8", "surrogateescape"))
    if path.startswith("/"):
        return {"uri": f"file://{path}"}
    return {"uri": path, "uriBaseId": "%SRCROOT%"}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
