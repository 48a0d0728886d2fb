"""JFiles for the linter's tests, from texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jarbuild.lint.codes import Selection
from jarbuild.lint.context import Context
from jarbuild.lint.document import Document, Facts
from jarbuild.lint.engine import lint_document
from jarbuild.lint.finding import Finding
from jarbuild.lint.rule import Rule

ALL = Selection(select=("ALL",), is_portable=True)


def lay_out(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files below the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def document(text: str | bytes, folder: Path | None = None, ports: int | None = None) -> Document:
    """A JFile; with `folder` it lies there, without it is a text and nothing else."""
    content = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    if folder is None:
        return Document.read("JFile", content, None, Facts(ports))
    return Document.read(str(folder / "JFile"), content, Context(folder), Facts(ports))


def lint(
    text: str | bytes, folder: Path | None = None, selection: Selection | None = None
) -> list[Finding]:
    return lint_document(document(text, folder), selection or Selection())


def codes(text: str | bytes, folder: Path | None = None) -> list[str]:
    """The codes that the default rules find, in the order of the text."""
    return [finding.code for finding in lint(text, folder)]


def rule_findings(rule: Rule, text: str, folder: Path) -> list[Finding]:
    """What the default rules and this one say about one of its examples."""
    if rule.files:
        lay_out(folder, rule.files)
    doc = document(text, folder if rule.files else None)
    found = lint_document(doc, Selection(is_portable=rule.is_portability))
    if not rule.is_default:
        found += lint_document(doc, Selection(select=(rule.code,)))
    return found
