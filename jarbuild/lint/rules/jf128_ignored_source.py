"""JF128: COPY of something that `.jarignore` leaves out."""

from __future__ import annotations

from jarbuild.lint.document import Document
from jarbuild.lint.finding import ERROR
from jarbuild.lint.paths import is_in_context
from jarbuild.lint.rule import Remark, Remarks, Rule
from jfile import Copy


def check(document: Document) -> Remarks:
    context = document.context
    if context is None:
        return
    for copy in document.each(Copy):
        for source in copy.sources:
            path = str(source)
            if is_in_context(path) and context.kind(path) and context.is_ignored(path):
                yield Remark(
                    source.span,
                    f"{path} is left out by .jarignore",
                    help=f"add a line !{path} below the line that leaves it out",
                )


RULE = Rule(
    code="JF128",
    name="ignored-source",
    severity=ERROR,
    why="""What `.jarignore` leaves out does not exist for COPY, and a source that names it stops
the build. `jarbuild context --why FILE` tells which line decides.""",
    bad="COPY notes.txt notes.txt",
    good="COPY server.js server.js",
    files={".jarignore": "*.txt\n", "notes.txt": "", "server.js": ""},
    check=check,
)
