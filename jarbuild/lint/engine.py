"""One document through the rules: remarks to findings, suppressions applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jarbuild.lint.codes import Selection
from jarbuild.lint.document import Document
from jarbuild.lint.finding import Finding, Severity
from jarbuild.lint.fixes import replace
from jarbuild.lint.rule import Remark, Rule
from jarbuild.lint.rules import RULES
from jfile import Diagnostic


def lint_document(
    document: Document, selection: Selection, from_shellcheck: Iterable[Finding] | None = None
) -> list[Finding]:
    """Everything there is to say, in the order of the text.

    `from_shellcheck` is None where ShellCheck was not asked: then nobody can say whether a
    suppression of its codes is of use.
    """
    rules = [rule for rule in RULES if rule.check is not None and selection.includes(rule)]
    last = [rule for rule in rules if rule.code.startswith("JF9")]
    found = [*_syntax(document), *_remarks(rules[: -len(last) or None], document)]
    found += _wanted(from_shellcheck or (), selection, found)
    kept = [finding for finding in found if not _is_suppressed(finding, document)]
    asked = [rule.code for rule in rules] + (["SC"] if from_shellcheck is not None else [])
    document.suppressions.excuse(lambda code: not _is_asked(code, asked))
    return sorted([*kept, *_remarks(last, document)], key=lambda finding: finding.position)


def _syntax(document: Document) -> Iterator[Finding]:
    yield from (_mistake(document, error) for error in document.errors)


def _mistake(document: Document, error: Diagnostic) -> Finding:
    fix = None
    if error.replacement is not None:
        fix = replace(f"write {error.replacement}", error.span, error.replacement)
    return Finding(
        error.code,
        error.name,
        Severity.ERROR,
        error.message,
        error.span.file or document.source.name,
        error.span,
        help=error.hint,
        expected=error.expected,
        fix=fix,
    )


def _remarks(rules: Iterable[Rule], document: Document) -> Iterator[Finding]:
    for rule in rules:
        assert rule.check is not None  # the caller chose those that have one
        for remark in rule.check(document):
            # What an included file does wrong is said where that file is linted.
            if remark.span.file is None:
                yield _finding(rule, remark, document)


def _finding(rule: Rule, remark: Remark, document: Document) -> Finding:
    return Finding(
        rule.code,
        rule.name,
        remark.severity or rule.severity,
        remark.message,
        document.source.name,
        remark.span,
        help=remark.help,
        fix=remark.fix,
    )


def _wanted(
    from_shellcheck: Iterable[Finding], selection: Selection, found: Iterable[Finding]
) -> list[Finding]:
    """ShellCheck's without those that are not selected, and what JF402 has said already."""
    bashisms = {finding.span.line for finding in found if finding.code == "JF402"}
    return [
        finding
        for finding in from_shellcheck
        if selection.includes_code(finding.code)
        and not (finding.code.startswith("SC3") and finding.span.line in bashisms)
    ]


def _is_suppressed(finding: Finding, document: Document) -> bool:
    """What cannot be built cannot be overlooked."""
    if finding.code.startswith("JF0"):
        return False
    return document.suppressions.take(finding.code, finding.span.line)


def _is_asked(code: str, asked: Iterable[str]) -> bool:
    return any(one.startswith(code) or code.startswith(one) for one in asked)
