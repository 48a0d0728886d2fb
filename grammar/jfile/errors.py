"""What is wrong with a JFile: one Diagnostic a mistake, all of a file in one exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from .pictures import pictured

if TYPE_CHECKING:
    from .nodes import Span
    from .source import Source

NAMES = {
    "JF001": "unknown-directive",
    "JF002": "dockerfile-directive",
    "JF003": "missing-argument",
    "JF004": "wrong-argument-count",
    "JF005": "invalid-json",
    "JF006": "line-continuation",
    "JF007": "port-out-of-range",
    "JF008": "control-character",
    "JF009": "invalid-encoding",
    "JF010": "invalid-heredoc",
    "JF011": "invalid-flag",
    "JF012": "invalid-include",
    "JF013": "invalid-value",
}

_LONGEST_QUOTE = 60


@frozen
class Diagnostic:
    """One mistake.

    `message` stands alone, in lower case and without a full stop. `expected` says what could have
    stood at `span`, `hint` what the author probably meant. `replacement` is the text that would
    follow the hint if it replaced the text at `span`; None where that is a matter of judgement.
    """

    code: str
    name: str
    message: str
    span: Span
    expected: str | None = None
    hint: str | None = None
    replacement: str | None = None


def diagnose(
    code: str,
    message: str,
    span: Span,
    *,
    expected: str | None = None,
    hint: str | None = None,
    replacement: str | None = None,
) -> Diagnostic:
    """A Diagnostic whose name belongs to its code, and whose sentences are safe to print."""
    return Diagnostic(
        code,
        NAMES[code],
        pictured(message),
        span,
        expected and pictured(expected),
        hint and pictured(hint),
        replacement,
    )


def shortened(text: str) -> str:
    """What a message quotes of a text that may be megabytes long."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


class SyntaxErrors(Exception):  # noqa: N818 — it holds several
    """A JFile that cannot be read: every mistake in it, in the order of the text.

    `sources` holds what is needed to show excerpts: the file itself under None and every included
    file under the name that its spans carry.
    """

    def __init__(
        self, errors: tuple[Diagnostic, ...], sources: Mapping[str | None, Source]
    ) -> None:
        super().__init__(errors, sources)
        self.errors = errors
        self.sources = sources

    @property
    def source(self) -> Source:
        """The file that was to be parsed, whatever it includes."""
        return self.sources[None]

    def __str__(self) -> str:
        return "\n".join(
            f"{error.span.file or self.source.name}:{error.span.line}:{error.span.column}: "
            f"{error.code} {error.message}"
            for error in self.errors
        )
