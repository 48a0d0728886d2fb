"""What lint has to say, as values: findings, and the edits that would make them go away."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

if TYPE_CHECKING:
    from jfile import Span


class Severity(IntEnum):
    """Ordered, so that a level to fail at can be compared with."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


INFO, WARNING, ERROR = Severity


@frozen
class Edit:
    """Put `text` where `span` is; an empty span inserts."""

    span: Span
    text: str


@frozen
class Fix:
    """All edits or none. A safe fix keeps what the JFile does, or does what can only be meant."""

    description: str
    edits: tuple[Edit, ...]
    is_safe: bool = False


@frozen
class Finding:
    """One thing that a rule found. `message` stands alone: lower case, no full stop.

    `file` names the file that `span` points into, which may be one that the linted file includes.
    """

    code: str
    name: str
    severity: Severity
    message: str
    file: str
    span: Span
    help: str | None = None
    expected: str | None = None
    fix: Fix | None = field(default=None)

    @property
    def position(self) -> tuple[str, int, int, str]:
        """What findings are sorted by."""
        return self.file, self.span.line, self.span.column, self.code

    def to_json(self) -> dict[str, Any]:
        """The object of `--format json`."""
        return {
            "code": self.code,
            "name": self.name,
            "severity": str(self.severity),
            "message": self.message,
            "file": self.file,
            **_place(self.span),
            "fix": _fix(self.fix) if self.fix else None,
        }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "description": fix.description,
        "safe": fix.is_safe,
        "edits": [{**_place(edit.span), "text": edit.text} for edit in fix.edits],
    }


def _place(span: Span) -> dict[str, int]:
    return {
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
