"""A frequent mistake as a row of a table: how it looks, and what to say about it."""

from __future__ import annotations

import re

from attrs import field, frozen

from .errors import Diagnostic, diagnose, shortened
from .logical import LogicalLine


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


@frozen
class Slip:
    """`pattern` is tried at one place of a line; the error stands at its group `at`.

    The other texts are templates for `str.format` with the pattern's groups. In messages and hints
    long groups are cut; a replacement holds them whole.
    """

    code: str
    pattern: re.Pattern[str] = field(converter=_compiled)
    message: str
    expected: str | None = None
    hint: str | None = None
    replacement: str | None = None

    def find(self, line: LogicalLine, position: int) -> Diagnostic | None:
        match = self.pattern.match(line.text, position)
        if match is None:
            return None
        whole = {name: text or "" for name, text in match.groupdict().items()}
        shown = {name: shortened(text) for name, text in whole.items()} | {"kw": line.keyword}
        return diagnose(
            self.code,
            self.message.format(**shown),
            line.span(*match.span("at")),
            expected=self.expected and self.expected.format(**shown),
            hint=self.hint and self.hint.format(**shown),
            replacement=self.replacement and self.replacement.format(**whole),
        )


def first_found(slips: tuple[Slip, ...], line: LogicalLine, position: int) -> Diagnostic | None:
    """What the first row that fits says."""
    found = (slip.find(line, position) for slip in slips)
    return next((diagnostic for diagnostic in found if diagnostic), None)
