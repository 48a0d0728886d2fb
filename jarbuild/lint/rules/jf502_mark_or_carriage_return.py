"""JF502: a byte order mark, or carriage returns at the ends of lines."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import INFO, Edit, Fix
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Span


def check(document: Document) -> Remarks:
    edits, message = [], ""
    if document.source.has_byte_order_mark:
        # The mark is no part of the text: it stands before column 1.
        edits.append(Edit(Span(1, 0, 1, 1), ""))
        message = "the file begins with a byte order mark"
    for number, line in enumerate(document.source.lines, start=1):
        if line.endswith("\r"):
            edits.append(Edit(Span(number, len(line), number, len(line) + 1), ""))
            message = message or "lines end with carriage return and line feed"
    if edits:
        fix = Fix("write plain line ends", tuple(edits), is_safe=True)
        yield Remark(Span(1, 1, 1, 1), message, help="jarbuild fmt, or the editor", fix=fix)


RULE = Rule(
    code="JF502",
    name="mark-or-carriage-return",
    severity=INFO,
    why="""JFiles are read all the same, but other tools are not as patient, and a here-document's
lines are a script's. Mostly an editor on another system is to blame.""",
    fix="removes both",
    has_safe_fix=True,
    bad="RUN make\r\nRUN make install\r\n",
    good="RUN make\nRUN make install\n",
    check=check,
)
