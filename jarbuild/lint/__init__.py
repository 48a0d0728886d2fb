"""The linter: what is wrong, wasteful, unsafe or unclear in a JFile, and how to mend it.

Rules are one file each in `rules/`; shell text is read by `shell/`. Nothing here prints, and
nothing needs a jar, a server, a config or the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jarbuild.lint.finding import Finding as Finding
    from jarbuild.lint.finding import Severity as Severity
    from jfile import JFile, Source

__all__ = ["brief_warnings", "lint_paths"]


def brief_warnings(jfile: JFile, source: Source, *, has_files: bool = True) -> list[Finding]:
    """What a build says about its JFile: warnings and errors of the rules, without ShellCheck.

    `source` is the text that `jfile` was parsed from, INCLUDEs not yet resolved. Its name leads to
    the settings and, with `has_files`, to the files beside it. Raises UsageError for settings that
    are wrong.
    """
    from jarbuild.lint.context import Context
    from jarbuild.lint.document import Document
    from jarbuild.lint.engine import lint_document
    from jarbuild.lint.finding import Severity
    from jarbuild.lint.settings import settings_for

    settings = settings_for(source.name)
    context = Context(Path(source.name).parent) if has_files else None
    document = Document.of(source, jfile, (), context, settings.facts)
    found = lint_document(document, settings.selection(source.name))
    return [finding for finding in found if finding.severity >= Severity.WARNING]


def lint_paths(paths: Sequence[str] = (".",)) -> list[Finding]:
    """Everything that `jarbuild lint PATH…` would show; raises UsageError and OSError."""
    from jarbuild.jfiles import found_jfiles
    from jarbuild.lint.batch import lint_items, read_item

    items = [read_item(path, Path(path).read_bytes()) for path in found_jfiles(paths)]
    return list(lint_items(items).findings)
