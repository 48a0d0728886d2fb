"""Many JFiles at once: read, checked and fixed, each with its own settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from attrs import evolve, frozen

from jarbuild.lint.context import Context
from jarbuild.lint.document import Document
from jarbuild.lint.engine import lint_document
from jarbuild.lint.finding import Finding
from jarbuild.lint.fixer import Fixed, fix_document
from jarbuild.lint.report import Report
from jarbuild.lint.settings import Settings, settings_for
from jarbuild.lint.shellcheck import check_scripts, find_shellcheck

STDIN_NAME = "<stdin>"
NO_SHELLCHECK = (
    "shellcheck is not installed, so shell text got only the checks of jarbuild's own "
    "(apt install shellcheck; --no-shellcheck says that this is meant)"
)


@frozen
class Item:
    """A JFile with the settings that hold for it."""

    document: Document
    settings: Settings

    def lint(self, document: Document, more: Iterable[Finding] | None = None) -> list[Finding]:
        return lint_document(document, self.settings.selection(document.source.name), more)


def read_item(
    name: str, content: bytes, adjust: Callable[[Settings], Settings] = lambda same: same
) -> Item:
    """A JFile by its name, whose folder is its context; standard input has none.

    `adjust` puts what the command line says over what the settings say. Raises UsageError.
    """
    is_file = name != STDIN_NAME
    settings = adjust(settings_for(name if is_file else "JFile"))
    context = Context(Path(name).parent) if is_file else None
    return Item(Document.read(name, content, context, settings.facts), settings)


def lint_items(items: Sequence[Item]) -> Report:
    """What there is to say about all of them."""
    findings, notes = _from_shellcheck(items)
    checked = [
        finding
        for item in items
        for finding in item.lint(item.document, findings.get(item.document.source.name))
    ]
    return _report([item.document for item in items], checked, notes)


def fix_items(items: Sequence[Item], *, unsafe: bool) -> tuple[list[Fixed], Report]:
    """Each fixed, with what is left to say; nothing is written."""
    fixed = [fix_document(item.document, item.lint, unsafe=unsafe) for item in items]
    after = [evolve(item, document=one.document) for item, one in zip(items, fixed, strict=True)]
    return fixed, lint_items(after)


def _report(
    documents: Sequence[Document], findings: Iterable[Finding], notes: tuple[str, ...]
) -> Report:
    """What two files say about a third, which both include, is said once."""
    sources = {source.name: source for d in documents for source in d.sources.values()}
    unique = {(f.position, f.span, f.message): f for f in findings}
    ordered = sorted(unique.values(), key=lambda finding: finding.position)
    return Report(tuple(d.source.name for d in documents), tuple(ordered), sources, notes)


def _from_shellcheck(items: Sequence[Item]) -> tuple[dict[str, list[Finding]], tuple[str, ...]]:
    """Findings by file, of those files where ShellCheck was wanted and could be asked."""
    wanted = [item for item in items if item.settings.uses_shellcheck and item.document.scripts]
    if not wanted:
        return {}, ()
    program = find_shellcheck()
    if program is None:
        return {}, (NO_SHELLCHECK,)
    try:
        return check_scripts([item.document for item in wanted], program), ()
    except OSError as error:
        return {}, (f"shellcheck failed: {error}",)
