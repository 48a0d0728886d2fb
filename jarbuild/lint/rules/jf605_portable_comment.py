"""JF605: a placeholder in a comment, which geniejars fills in all the same."""

from __future__ import annotations

import re

from jarbuild.lint.document import Document
from jarbuild.lint.finding import WARNING
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Comment, Span

_PORT = re.compile(r"\$\{PORT\([0-9]+\)\}")


def check(document: Document) -> Remarks:
    for item in document.jfile.items:
        if isinstance(item, Comment):
            for match in _PORT.finditer(item.text):
                start, end = (item.span.column + offset for offset in match.span())
                yield Remark(
                    Span(item.span.line, start, item.span.line, end),
                    "geniejars looks for ports in comments too, and stops if there is no such port",
                    help="write port 1 in words",
                )


RULE = Rule(
    code="JF605",
    name="portable-comment",
    severity=WARNING,
    why="""geniejars 0.2.13 replaces placeholders in the whole text before it reads it, comments
included, and an index out of range there fails the build.""",
    bad="# listens on ${PORT(3)}\nRUN make",
    good="# listens on port 3\nRUN make",
    check=check,
)
